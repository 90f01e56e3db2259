"""The page: one HTML file in which an archive can be looked at, and which needs nothing outside it.

The flow of the data: `figures` reads all rows once from the marts, and `curves` the power curves. `overview` says what
comes first: the newest closed month and what is to be done. `chart_months`, `chart_calendar`, `chart_hours` and
`chart_money` each draw a `chart`, for wide and for narrow screens, with `scale` and `svg`, and give the same figures as
a table. `sessions` has the newest rows of the table of sessions, and the data from which the script shows all of them.
`page` fills the templates in `layout` with these, in the `words` of `danish` or `english`, and puts the script into it:
`bundle` has what `make bundle` makes from `script` and the library uPlot. `content` decides whether a page is current.
"""
