"""What the journal records: decisions about sessions, odometer readings, and the states of claims."""

from datetime import date
from typing import Literal, get_args

import msgspec

from pipeline.logbook.journal import Fields

Action = Literal["assign", "exclude", "include", "tag"]
ACTIONS: tuple[Action, ...] = get_args(Action)
ClaimState = Literal["sent", "approved", "paid", "rejected"]
CLAIM_STATES: tuple[ClaimState, ...] = get_args(ClaimState)
ODOMETER = "odometer"
MARK = "mark"


class SessionDecision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of an entry about a session. `value` is the car of `assign` or the tag of `tag`."""

    account: str
    session_id: str
    value: str | None = None
    reason: str


class OdometerReading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of an entry about a car's odometer. A reading with a reason may contradict other readings."""

    car: str
    read_on: date
    kilometres: int
    reason: str | None = None


class ClaimMark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of an entry about the state of a claim after it was made.

    `manifest_sha256` is that of the claim, so that a later claim with the same number is not taken for it; entries of
    older versions lack it.
    """

    account: str
    number: int
    manifest_sha256: str | None = None
    state: ClaimState
    marked_on: date


def fields_of(decision: SessionDecision | OdometerReading | ClaimMark) -> Fields:
    """The fields as the journal stores them."""
    fields: Fields = msgspec.to_builtins(decision)
    return fields


ATTACH = "attach"
DETACH = "detach"


class AttachmentFields(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of a journal entry that attaches or detaches a file."""

    account: str
    name: str
    sha256: str
    month: date | None = None  # first day

    @property
    def fields(self) -> Fields:
        """As they are written to the journal."""
        fields: Fields = msgspec.to_builtins(self)
        return fields
