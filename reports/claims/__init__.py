"""A claim as files for people, in Danish or English. All figures come from the claim; nothing is computed.

The flow of the data: `files` gets a claim and writes all its files with `pdf`, `workbook` and `csv`. Their texts come
from `danish` or `english`, which `words` fills in and to which it adds numbers and days in the format of the language;
`phrases` has the longer texts that the PDF and the workbook share.
"""
