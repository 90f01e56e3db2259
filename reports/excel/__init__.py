"""Parts that the workbooks of reports and of claims share.

The flow of the data: `text` makes any text fit for a cell, `cells` puts texts and figures into formatted cells,
`formulas` puts in formulas with their results, `chart` draws energy and cost, and `file` creates and saves a workbook.
"""
