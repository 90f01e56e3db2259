"""The fields of `claim.json`, and how they are encoded.

The encoding is canonical JSON (RFC 8785), so that one document has one SHA-256. Money and energy are decimals written
as text, money with the digits of its currency's minor unit and energy with three; times have the offset of the
account's zone.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
import rfc8785

from pipeline.claims.bounds import within_bounds
from pipeline.settings import schema
from pipeline.settings.schema import Attribution, Driver, Employer, Language

ClaimKind = Literal["month", "corrections", "reversal"]
CorrectionReason = Literal["late", "moved", "corrected", "withdrawn", "repriced", "reversed"]
ExclusionGround = Literal["decision", "private car", "rule", "no car", "unknown car", "unknown amount", "not readable"]
CorrectionGround = Literal[
    "included",
    "decision",
    "private car",
    "rule",
    "no car",
    "unknown car",
    "another car",
    "not stopped",
    "not charged",
    "elsewhere",
]

Currency = Annotated[str, msgspec.Meta(pattern=r"\A[^\x00-\x1f\x7f-\x9f\u2028\u2029]{0,20}\Z")]

RULES = 4  # version of the computation; a claim of another version is checked only by its hashes and arithmetic


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """kWh and currency units. The amount includes the tax, which is None if unknown."""

    energy_kwh: Decimal
    amount_incl_tax: Decimal
    tax_amount: Decimal | None


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """Why a line is anything other than a session claimed for the first time, by the claim of its month.

    `old` is the sum of all earlier claims, `new` that sum with this claim. The reasons:

    * late: the session arrived after its month was claimed.
    * moved: it was claimed of another car, or of none.
    * corrected: the operator changed its figures.
    * withdrawn: it is not claimed any more.
    * repriced: the settings give another amount.
    * reversed: claim `claim` was reversed.

    `ground` explains the reason further, and `detail` the ground; both are optional.
    """

    claim: int
    reason: CorrectionReason
    ground: CorrectionGround | None
    detail: str | None
    old: Amounts
    new: Amounts


class ClaimLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A session, or its part in one month, with what this claim adds for it: for a correction, the difference.

    A withdrawn session is described as it was in the last claim that contained it.
    """

    session_id: str
    month: date  # first day
    started_at: datetime
    stopped_at: datetime
    kind: str  # private, public, or another that the operator sends
    charge_point: str | None
    evse: str | None
    car: str | None
    currency: Currency
    energy_kwh: Decimal
    amount_incl_tax: Decimal
    tax_amount: Decimal | None
    basis: str  # billed, rate, electricity_cost or spot
    price_incl_tax: Decimal | None  # currency units per kWh, of the whole session or part
    tax_name: str | None
    tax_rate: Decimal | None  # fraction
    note: str | None
    tags: tuple[str, ...]
    revision: int
    document_sha256: str
    curve_sha256: str | None
    correction: Correction | None
    minimum_price: Decimal | None = None  # the tariff's, where the amount of the session is that; since rules 2
    is_imported: bool = False  # the operator has not confirmed the figures; since rules 2
    tax_refund: Decimal | None = None  # currency units per kWh that are subtracted, by the settings; since rules 3


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """The sum of some lines. Its tax is unknown if that of any line is."""

    lines: int
    energy_kwh: Decimal
    amount_incl_tax: Decimal
    tax_amount: Decimal | None


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """The sums in one currency: the month's sessions, corrections, and both together."""

    currency: Currency
    minor_digits: Annotated[int, msgspec.Meta(ge=0, le=3)]
    sessions: Sum
    corrections: Sum
    total: Sum
    average_price_incl_tax: Decimal | None  # per kWh, of the sessions (rules 1: of the total); None without energy


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """The claimed month's sessions that stopped on one local day. What stops later counts on the month's last day."""

    day: date
    currency: Currency
    sessions: int
    energy_kwh: Decimal
    amount_incl_tax: Decimal


class Exclusion(msgspec.Struct, frozen=True, kw_only=True):
    """A session that is not claimed, or whose correction is held back, and why. `detail` explains the ground."""

    session_id: str
    month: date
    started_at: datetime
    stopped_at: datetime
    car: str | None
    currency: Currency
    energy_kwh: Decimal
    billed_incl_tax: Decimal
    ground: ExclusionGround
    detail: str | None


class FindingParameter(msgspec.Struct, frozen=True, kw_only=True):
    """What a finding's sentences say at {name}: a parameter of `check_results`."""

    name: str
    kind: str
    value: str | None
    unit: str | None


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding of the checks for the month or a claimed session. An error is listed only if the user accepted it.

    `detail` is in English; claims of earlier versions lack the sentences and parameters that it is made of.
    """

    finding_id: str
    rule: str
    severity: Literal["error", "warning"]
    session_id: str | None
    detail: str
    accepted: str | None  # the reason
    sentences: tuple[str, ...] = ()
    parameters: tuple[FindingParameter, ...] = ()


class Charger(msgspec.Struct, frozen=True, kw_only=True):
    """A place where claimed sessions were charged."""

    charge_point: str | None
    evse: str | None
    kind: str


class Odometer(msgspec.Struct, frozen=True, kw_only=True):
    """An odometer reading in the claimed month."""

    car: str
    read_on: date
    kilometres: int


class Completeness(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How complete the data of a claimed month is. The counts are of the month's sessions.

    `claimed` are those with a line of this claim, and those that earlier claims contain as they are.
    """

    listed_at: datetime  # of the newest complete listing of the month
    sessions: int
    claimed: int
    excluded: int
    claimed_earlier: int = 0  # of those claimed; since rules 2
    unlisted: int = 0  # of all: in the archive, but not in the operator's list; older claims do not count them


class AccountPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """The account's settings about money and time."""

    country: str
    timezone: str
    currency: Currency
    reimbursement: tuple[schema.Reimbursement, ...]
    addition: tuple[schema.Addition, ...]
    tax_refund: tuple[schema.TaxRefund, ...]

    def __post_init__(self) -> None:
        """Raises ValueError for a time zone that cannot be used."""
        try:
            ZoneInfo(self.timezone)
        except (ValueError, OSError, ZoneInfoNotFoundError):
            raise ValueError("the time zone is not known") from None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that the figures depend on: with these, raw/ and journal/ they can be computed again."""

    attribution: Attribution
    closed_after_hours: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
    account: AccountPolicy
    tax_rates: tuple[schema.TaxRate, ...]
    cars: tuple[schema.Car, ...]
    rules: tuple[schema.Rule, ...]


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The newest link of a chain: a segment in raw/, an entry in journal/, or a claim."""

    name: str
    sha256: str


class Sources(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The data and the software that the claim was computed from. The head of an empty chain is None."""

    ladebog_version: str
    rules: int
    raw: Head | None
    journal: Head | None
    previous_claim: Head | None  # the SHA-256 of its manifest.json
    renderer: str | None = None  # SHA-256 of what its files are rendered with; claims of older versions lack it


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file in the claim's folder: one that the driver attached, or the operator's receipt for a session."""

    name: str  # of the file, under attachments/
    sha256: str
    size: int  # bytes
    session_id: str | None


class MissingReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt that the operator lists but did not send."""

    session_id: str
    why: str


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of `claim.json`. Only the claim of a month has `month`; only a reversal has `reverses` and `reason`."""

    account: str
    number: int
    kind: ClaimKind
    month: date | None
    car: str | None  # if only this car's sessions are claimed
    created_at: datetime
    language: Language
    reverses: int | None
    reason: str | None
    driver: Driver
    employer: Employer
    cars: tuple[schema.Car, ...]
    chargers: tuple[Charger, ...]
    odometer: tuple[Odometer, ...]
    lines: tuple[ClaimLine, ...]
    totals: tuple[Total, ...]
    days: tuple[Day, ...]
    exclusions: tuple[Exclusion, ...]
    findings: tuple[Finding, ...]
    completeness: Completeness | None  # of the claim of a month
    policy: Policy
    sources: Sources
    attachments: tuple[Attachment, ...]
    missing_receipts: tuple[MissingReceipt, ...]

    @property
    def timezone(self) -> str:
        """The name of the time zone that its days and months are in."""
        return self.policy.account.timezone

    @property
    def blanks(self) -> tuple[str, ...]:
        """The fields to fill in by hand, as the settings leave them empty: `driver.name`, `car Golf.plate`."""
        profiles = {"driver": self.driver, "employer": self.employer}
        return (
            *(
                f"{where}.{key}"
                for where, profile in profiles.items()
                for key, text in msgspec.structs.asdict(profile).items()
                if not text
            ),
            *(() if self.cars else ("car.name", "car.plate")),
            *(f"car {car.name}.plate" for car in self.cars if not car.plate),
        )

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that its days and months are in."""
        return ZoneInfo(self.timezone)

    @property
    def name(self) -> str:
        """The name of its folder: `0003-2025-03`, `0004-corrections` or `0005-reversal`."""
        is_of_month = self.kind == "month" and self.month is not None
        return f"{self.number:04}-{f'{self.month:%Y-%m}' if is_of_month else self.kind}"


_decoder = msgspec.json.Decoder(Claim)


def encode(document: msgspec.Struct) -> bytes:
    """A claim or a manifest as canonical JSON."""
    return rfc8785.dumps(msgspec.to_builtins(document))


def decode(data: bytes) -> Claim:
    """The claim in the bytes of `claim.json`. Raises msgspec.ValidationError or DecodeError for anything else.

    That includes numbers and times beyond their bounds.
    """
    return within_bounds(_decoder.decode(data))


LineKey = tuple[str, date, str | None, str]  # session, month, car, currency


def key_of(line: ClaimLine) -> LineKey:
    """What a line is about. All claimed lines of one key add up to its newest figures."""
    return line.session_id, line.month, line.car, line.currency
