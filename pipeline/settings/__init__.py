"""ladebog.toml: the accounts, the driver, the cars, the employer and the claim policy of a logbook. No secrets.

`schema` has a struct for each table. `reading` turns the file into them, and `toml_faults` explains why it is not TOML;
`names` checks account names and addresses, `checks` everything else that a type cannot express, and all faults are
reported at once. `tables` describes each table and key with examples, for `template`, the content of a new file, and
for the documentation. `editing` adds an account to the file or removes one from it.
"""
