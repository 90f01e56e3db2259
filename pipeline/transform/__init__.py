"""Computes the marts from the fact tables, by the models under sql/.

`update` brings the whole archive up to date: it loads what is new, refreshes the marts and publishes. `refresh`
computes the marts again for the sessions that changed. `lineage` derives its statements from which model reads which,
and `layout` stores them in the database when it creates the views and the empty marts.
"""
