"""What the journal records: decisions about sessions, odometer readings, attached files, and claims with their states.

The fields of each action have a type here. An entry whose fields do not fit is damaged. An action that is not known is
that of a newer Ladebog: its entry is a link of the chain, changes nothing, and `ladebog verify` names it.
"""

from datetime import date
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

Fields = dict[str, str | int]
Number = Annotated[int, Meta(ge=0, le=2**31 - 1)]  # as the databases store it
Sha256 = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]

Action = Literal["assign", "exclude", "include", "tag"]
ACTIONS: tuple[Action, ...] = get_args(Action)
ClaimState = Literal["sent", "approved", "paid", "rejected"]
CLAIM_STATES: tuple[ClaimState, ...] = get_args(ClaimState)
ODOMETER = "odometer"
CLAIM_MADE = "claim"
MARK = "mark"
ATTACH = "attach"
DETACH = "detach"
FORGET = "forget"
FORGOTTEN = "forgotten"


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
    kilometres: Number
    reason: str | None = None


class ClaimRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of an entry about a claim that was made, which shows if its folder is lost later.

    `month` is the first day of the month that it claims; None for corrections and reversals.
    """

    account: str
    number: Number
    manifest_sha256: Sha256
    month: date | None = None
    made_on: date


class ClaimMark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of an entry about the state of a claim after it was made.

    `manifest_sha256` is that of the claim, so that a later claim with the same number is not taken for it; entries of
    older versions lack it.
    """

    account: str
    number: Number
    manifest_sha256: str | None = None
    state: ClaimState
    marked_on: date


def fields_of(decision: SessionDecision | OdometerReading | ClaimRecord | ClaimMark) -> Fields:
    """The fields as the journal stores them."""
    fields: Fields = msgspec.to_builtins(decision)
    return fields


class AttachmentFields(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The fields of a journal entry that attaches or detaches a file."""

    account: str
    name: str
    sha256: Sha256
    month: date | None = None  # first day

    @property
    def fields(self) -> Fields:
        """As they are written to the journal."""
        fields: Fields = msgspec.to_builtins(self)
        return fields


class ForgetFields(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of an entry about the entries that were removed with their account."""

    count: Number
    entries: Annotated[str, Meta(pattern=r"\A[1-9][0-9]{0,8}( [1-9][0-9]{0,8})*\Z")]  # their numbers

    def __post_init__(self) -> None:
        """Raises ValueError if it does not list as many entries as it counts."""
        if self.count != len(self.numbers):
            raise ValueError("it does not list as many entries as it counts")

    @property
    def numbers(self) -> list[int]:
        """Those of the removed entries."""
        return [int(number) for number in self.entries.split()]


_KINDS: dict[str, type[msgspec.Struct]] = {
    **dict.fromkeys(ACTIONS, SessionDecision),
    ODOMETER: OdometerReading,
    CLAIM_MADE: ClaimRecord,
    MARK: ClaimMark,
    ATTACH: AttachmentFields,
    DETACH: AttachmentFields,
    FORGET: ForgetFields,
}


def is_known_action(action: str) -> bool:
    """Whether this version knows what an entry of an action means."""
    return action in _KINDS or action == FORGOTTEN


def fields_fault(action: str, fields: Fields) -> str | None:
    """What is wrong with the fields of an entry, or None; those of an unknown action are not looked at."""
    if action not in _KINDS:
        return None
    try:
        msgspec.convert(fields, _KINDS[action])
    except msgspec.ValidationError as error:
        return f"its fields are not those of {action}: {error}"
    return None
