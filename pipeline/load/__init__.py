"""Loads the logbook's files into the fact tables: one loader per kind of file, which inserts what is new.

    answers.AnswerLoader(connection, raw / "home").load_all()

raw/: `batches` reads a segment's lines and has their documents decoded by `decode`, which checks figures with
`figures`, times with `times` and fields that cannot be understood with `odd_fields`; `subject` finds what a line is
about; `answers` writes the rows.
journal/: `journal` inserts new entries. claims/: `claims` inserts new claims. ladebog.toml: `settings` replaces the
rows of the settings. `links` compares with an earlier database what the files have lost. `hosts` finds, without a
database, whose sessions an account has.
"""
