"""Backups: copying a logbook, and restoring it.

A backup is a folder, or a ZIP file that contains that folder. It is laid out like a logbook: settings, raw/, journal/,
claims/ and the published database, and a SHA256SUMS that lists them all, so that `sha256sum -c SHA256SUMS` checks it
without Ladebog. It does not contain state/ and reports/, which Ladebog writes again, nor logins, which are stored
outside of the logbook.

* `make` writes a backup and `restore` a logbook; each checks what it read and what it wrote.
* `container` reads and writes the folder or the ZIP file.
* `checksums` reads and writes SHA256SUMS.
* `check` compares files with their SHA-256 and checks the chains.
"""
