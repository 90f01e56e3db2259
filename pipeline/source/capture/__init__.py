"""Answers of the app API that people captured, for import.

`read` recognizes the kind of a file; `text_log` and `har` read the exchanges in it, each an `exchange`.
"""
