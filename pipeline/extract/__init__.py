"""One run that fetches an account's answers.

`plan` chooses the months to list, `run` lists them and fetches what is new or changed, `store` stores each answer.
`receipts` fetches the operator's receipts when a claim is made.
"""
