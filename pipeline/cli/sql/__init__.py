"""`ladebog sql`: the user's questions and their answers.

`command` has the options. `question` finds the query that was asked and the values of its parameters; its rows are
printed or written by `output`, in one of the `formats`, or by `files` into Parquet and Excel files. On a terminal,
`importance` chooses the columns that a narrow table goes without. `catalogue` answers what can be asked.
"""
