"""What all documents need to be in Danish or English.

- `formats` writes numbers, amounts, days and times as the language does.
- `catalogue` has the Danish of texts that are made in English, from `da.po`.
- `findings` makes the text of a finding from its sentences and parameters.
"""
