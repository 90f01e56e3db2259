"""Every error that Ladebog raises on purpose.

    LadebogError                 exit  what the user sees
    ├── UnknownNameError           2   an account, a car or a session that is not known
    ├── OdometerError              2   a reading that does not fit the others
    ├── LogbookError               1   the folder is no logbook, or a file in it cannot be used
    │   ├── SettingsError          1   ladebog.toml does not hold together
    │   ├── RawStoreError          1   a segment under raw/ is not what was written
    │   ├── JournalError           1   an entry of journal/ is not what was written, or is gone
    │   ├── ClaimError             1   a claim cannot be made as asked, or one under claims/ cannot be read
    │   └── DatabaseError          1   the database cannot be used as it is
    ├── TamperingError             3   something under raw/, journal/ or claims/ is not what was written
    ├── BackupError                1   a backup cannot be made there, or is not whole
    ├── CaptureError               1   a file to import is no capture
    ├── QueryError                 1   a question to the database that it cannot or must not answer
    ├── ScheduleError              1   the system's scheduler is not there, or cannot start what it should
    ├── LoginError                 4   the operator wants a new login
    ├── NotifyError                1   a message to the owner could not be sent
    ├── UpstreamError              1   the operator answered something that asking again will not change
    └── TransientError            75   the same command may work later
        ├── BusyError             75   another run holds the logbook, or another program its database
        └── UpstreamDownError     75   the operator cannot be reached, or answers nonsense

The message says what happened; `advice` is the next command to type, or what else to do next.
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
    """A name on the command line that the settings do not hold, or the archive not the session of that id."""

    exit_code = EXIT_USAGE


class OdometerError(LadebogError):
    """A reading that does not fit the others of its car."""

    exit_code = EXIT_USAGE


class LogbookError(LadebogError):
    """The folder is no logbook, or a file in it cannot be used."""


class SettingsError(LogbookError):
    """ladebog.toml does not hold together; the message lists every mistake."""


class RawStoreError(LogbookError):
    """A segment under raw/ is not what was written."""


class JournalError(LogbookError):
    """An entry of journal/ is not what was written, or is gone."""


class ClaimError(LogbookError):
    """A claim cannot be made as asked, or one under claims/ cannot be read."""


class DatabaseError(LogbookError):
    """The database cannot be used as it is."""


class TamperingError(LadebogError):
    """Something under raw/, journal/ or claims/ is not what was written; the message names the first such thing."""

    exit_code = EXIT_FINDINGS


class BackupError(LadebogError):
    """A backup cannot be made there, or is not whole; or a logbook cannot be restored there."""


class CaptureError(LadebogError):
    """A file to import is no capture."""


class QueryError(LadebogError):
    """A question that the database cannot or must not answer."""


class NotifyError(LadebogError):
    """A message to the owner could not be sent."""


class ScheduleError(LadebogError):
    """The system's scheduler is not there, or cannot start what it should."""


class LoginError(LadebogError):
    """The operator does not accept what we log in with."""

    exit_code = EXIT_LOGIN


class UpstreamError(LadebogError):
    """The operator answered something that asking again will not change."""


class TransientError(LadebogError):
    """Nothing is wrong here: the same command may work later."""

    exit_code = EXIT_TRY_LATER


class BusyError(TransientError):
    """Another run holds the logbook, or another program its database."""


class UpstreamDownError(TransientError):
    """The operator cannot be reached, or answers nonsense for now."""
