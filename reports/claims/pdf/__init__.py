"""A claim as a PDF, typeset with Typst.

The flow of the data: `pdf` turns a claim into texts only, part by part: `voucher` is the first page with its `chart`,
`lines` has the sessions and corrections, `checks` the findings and sources, and `totals` the table in the first two.
`printable` replaces characters that the typeface lacks. The files in `layout/` set the texts on pages.
"""
