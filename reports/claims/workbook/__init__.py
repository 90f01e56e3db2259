"""A claim as an Excel workbook.

The flow of the data: `workbook` opens a `book`, which all sheets write to, and fills the sheets in their order:
`sheet_claim` is the voucher with the claim's totals, `sheet_sessions` its lines in the `columns`, `sheet_days` the days
of the month. `sheet_checks` compares the totals with the sums of the sheets, and `sheet_sources` lists the checksums.
"""
