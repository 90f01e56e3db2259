"""A copy of a logbook that can be trusted, and the way back from it.

A backup is a folder, or a ZIP file with that folder in it, laid out as a logbook is: settings, raw/, journal/, claims/
and the published database, with a SHA256SUMS beside them that lists all of it (`sha256sum -c SHA256SUMS` checks it
without Ladebog). state/ and reports/ are not in it, as Ladebog makes them again, nor are logins, as they lie outside of
the logbook.
"""
