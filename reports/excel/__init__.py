"""Parts that the workbooks of reports and of claims share.

The flow of the data: `text` makes any text fit for a cell, `cells` puts texts and figures into formatted cells, and
`formulas` puts in formulas with their results. `days` lays out the days of a month, which `chart` draws as energy and
cost. `file` creates and saves a workbook.
"""
