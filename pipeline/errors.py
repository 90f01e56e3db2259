"""The exceptions that Ladebog raises on purpose, and the exit code of each.

    LadebogError                 exit  meaning
    ├── UnknownNameError           2   the account, car or session does not exist
    ├── OdometerError              2   an odometer reading contradicts the others
    ├── LogbookError               1   the folder is not a logbook, or a file in it cannot be used
    │   ├── SettingsError          1   ladebog.toml has faults
    │   ├── RawStoreError          1   a segment in raw/ is damaged
    │   ├── JournalError           1   an entry of journal/ is damaged or missing
    │   ├── ClaimError             1   a claim cannot be made as requested, or one in claims/ cannot be read
    │   └── DatabaseError          1   the database cannot be used
    │       └── OlderDatabaseError 1   an older Ladebog wrote it; the next update builds it again
    ├── TamperingError             3   something in raw/, journal/ or claims/ is not what was written
    ├── BackupError                1   a backup cannot be made or restored, or is incomplete
    ├── CaptureError               1   a file to import is not a capture
    ├── QueryError                 1   the database cannot answer a query, or must not
    ├── ExportError                1   an export cannot be written to a folder
    ├── MissingProgramError        1   a program that a command starts is not installed
    ├── ScheduleError              1   the system's scheduler is missing or failed
    ├── LoginError                 4   a new login is needed
    ├── NotifyError                1   a message could not be sent
    ├── UpstreamError              1   the operator refused, and will refuse again
    └── TransientError            75   the same command may succeed later
        ├── BusyError             75   another process is using the logbook or its database
        └── UpstreamDownError     75   the operator cannot be reached, or its answers are unusable

The message states what happened; `advice` is the next command to type, or what else to do.
"""

from typing import ClassVar

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_FINDINGS = 3
EXIT_LOGIN = 4
EXIT_TRY_LATER = 75


class LadebogError(Exception):
    """The root. `str(error)` is one sentence; `advice` is what to do next."""

    exit_code: ClassVar[int] = EXIT_FAILED

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


class UnknownNameError(LadebogError):
    """The settings have no account or car of that name, or the archive has no session of that id."""

    exit_code = EXIT_USAGE


class OdometerError(LadebogError):
    """An odometer reading contradicts the others of its car."""

    exit_code = EXIT_USAGE


class LogbookError(LadebogError):
    """The folder is not a logbook, or a file in it cannot be used."""


class SettingsError(LogbookError):
    """ladebog.toml has faults; the message lists all of them."""


class RawStoreError(LogbookError):
    """A segment in raw/ is damaged."""


class JournalError(LogbookError):
    """An entry of journal/ is damaged or missing."""


class ClaimError(LogbookError):
    """A claim cannot be made as requested, or one in claims/ cannot be read."""


class DatabaseError(LogbookError):
    """The database cannot be used."""


class OlderDatabaseError(DatabaseError):
    """An older Ladebog wrote the database; the next update builds it again."""


class TamperingError(LadebogError):
    """Something in raw/, journal/ or claims/ is not what was written; the message names the first such file."""

    exit_code = EXIT_FINDINGS


class BackupError(LadebogError):
    """A backup cannot be made or restored at that place, or is incomplete."""


class CaptureError(LadebogError):
    """A file to import is not a capture."""


class QueryError(LadebogError):
    """The database cannot answer a query, or must not."""


class ExportError(LadebogError):
    """An export cannot be written to a folder."""


class MissingProgramError(LadebogError):
    """A program that a command starts is not installed."""


class NotifyError(LadebogError):
    """A message could not be sent."""


class ScheduleError(LadebogError):
    """The system's scheduler is missing or failed."""


class LoginError(LadebogError):
    """A new login is needed."""

    exit_code = EXIT_LOGIN


class UpstreamError(LadebogError):
    """The operator refused a request, and will refuse it again."""


class TransientError(LadebogError):
    """Nothing has to be changed: the same command may succeed later."""

    exit_code = EXIT_TRY_LATER


class BusyError(TransientError):
    """Another process is using the logbook or its database."""


class UpstreamDownError(TransientError):
    """The operator cannot be reached, or its answers are unusable for now."""
