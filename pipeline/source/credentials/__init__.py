"""Where logins are stored: the OS keyring or, where none works, one file that only its owner may read.

A `secret` is one account's login, `store` the interface of the places that keep it: `file`, `keyring`, and memory for
tests and the demo. `locks` keep two processes from renewing a login at once; `choose` picks the store to use.
"""
