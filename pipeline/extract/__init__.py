"""One run that fetches an account's answers.

`run` takes the steps in order: `plan` chooses the months to list, `months` fetches the `listing` of each, `store`
stores every answer, `left_for_next_run` is what could not be fetched, and `summary` counts what changed. `receipts`
fetches the operator's receipts when a claim is made.
"""
