"""`ladebog claim`: the commands that make claims and keep track of them.

`group` has the table of commands. `create` makes and reverses claims, `list` prints and packs them, and `mark` records
their states and attaches files to the next one. `text` has the phrases that several commands print.
"""
