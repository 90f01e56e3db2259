"""The append-only store of the app API's answers, the folder raw/ of a logbook.

In the order of the data: a source returns an `answer`; `body` accepts what it holds or refuses it; `lines` turns it
into a line of JSON with its SHA-256, and back; `segments` appends the lines of one run to a file that names the
segment before it.
"""
