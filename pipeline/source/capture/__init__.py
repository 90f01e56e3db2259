"""Answers of the app API that people captured, for import.

`read` recognizes the kind of a file and returns its answers; `text_log` and `har` read the exchanges in it, in the form
that `exchange` defines.
"""
