"""The command line: the only place that prints, and the place where errors become text and exit codes.

`main` has the table of commands, the options in front of them and the entry point; `lazy_group` imports the module of a
command only when the command is run, and `failures` reports why one ended. Commands get a `context` (logbook,
clock, printing) and share the types in `options`. `table` prints rows, in lines that `wrapping` makes as narrow as the
`terminal`; `paragraph` prints long texts, and `progress` shows what takes long.

The commands, in the order of their use: `overview` (no command); `account` and `login`; `run` (also extract, transform
and rebuild) or `importing`, and `schedule`; `check`, `status` and `notify`; `months` (also sessions); `report`,
`page`, `audit`, `explain` (drawn by `explain_tree`) and `sql/`; `session` and `odometer`; `claim/`; `verify` and
`backup` (also restore); and `demo`. `rows` and `money` are what several of them print tables with.

A module imports at its top only what loads quickly, so that `--help` does. What needs duckdb, polars, rich or another
large library is imported in the function that uses it.
"""
