"""What people read: reports of a month or a year, claims as files, and explanations of single sessions.

Nothing here computes a figure or changes the archive. Figures come from the marts or from a claim:

- `explanation` reads the rows behind one session's figures, which the command line shows as a tree.
- `month` reads a month or a year and writes it as a workbook and as CSV.
- `claims` writes a claim as a PDF, as a workbook and as CSV, in Danish or English.
- `page` writes one HTML file to look at, in Danish or English.
- `export` writes the marts as Parquet files, for other programs.
- `language` has what they need to be in Danish or English: formats, and the texts of findings.
- `excel` has the cells, charts, formulas and files that both workbooks use; `fonts` has the typefaces of the PDF.
"""
