"""Running a logbook unattended: scheduled runs, messages about them, and the status of accounts.

`schedule` starts runs, `notify` sends what a run found. `archive_status` is what the archive knows of each account, and
`status` adds its login, its next run and its size for `ladebog status`.
"""
