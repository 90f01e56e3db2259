"""Claims: closed months, as the driver claims them from the employer, in documents that are never changed.

In the order of the data:

* `outstanding` reads from the published database what is not claimed or not paid yet.
* `document` defines `claim.json`, `bounds` how large its numbers may be, and `folder` the folder of a stored claim.
* `claimable` reads the lines that can be claimed from the marts, and `sums` adds them up.
* `draft` drafts a claim from them: of a month, of corrections, or a reversal. `open_month` refuses a month that is not
  closed.
* `attachments` adds the files that the driver attached, and finds the URLs of the operator's receipts.
* `make` writes the claim into its folder.
* `check` checks a stored claim against its own hashes, and `arithmetic` whether its figures add up.

A claim is made under the logbook's lock, in plain calls one after the other; see `pipeline/cli/claim/create.py`.
"""
