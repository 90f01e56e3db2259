"""Looking after a logbook: checking that it is unchanged, copying it, and erasing an account from it.

* `verify` checks the chains of raw/, journal/ and claims/, their ends with what the databases have `recorded`, and
  `rederive` computes claims again from raw/.
* `backup/` copies a logbook and restores it from a copy; both check the chains.
* `forget` erases an account.
"""
