"""The report of a month or a year, as a workbook and as CSV.

The flow of the data: `period` is the month or year; `report` reads all its rows once from the marts, and `notes` adds
sentences on what is missing. `workbook` fills `sheet_summary`, `sheet_sessions`, `sheet_days` and `sheet_findings`
from these rows, and `csv` writes them for machines. `files` writes each format into the folder of reports.
"""
