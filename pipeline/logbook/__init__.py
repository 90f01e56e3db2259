"""A logbook on disk: its folder, how files in it are written, and the two that only ever grow: journal and event log.

`folder` has the paths of a logbook and its lock, `files` writes and replaces files so that a crash leaves them whole.
`journal` is the append-only, hash-chained file of what the user decided, and `entries` are the decisions that it
records. `system_files` knows what to skip, as an operating system made it. `event_log` writes what commands did to
logs/.
"""
