"""Telling the owner, by webhook or mail, what a run that nobody watched came to.

The way of it: `causes` are what there is to tell now, `told` remembers what was told already, `message` puts the rest
into words, `webhook` and `mail` send it, and `tell` does one after the other at the end of a run.
"""
