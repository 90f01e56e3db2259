"""What a claim says: the whole of `claim.json`, and how it becomes bytes.

The bytes are canonical JSON (RFC 8785): one document has one SHA-256. Money and energy are decimals written as text,
money with the digits of its currency's minor unit and energy with three; times carry the offset of the account's zone.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
import rfc8785

from pipeline.settings import schema
from pipeline.settings.schema import Attribution, Driver, Employer, Language

Kind = Literal["month", "corrections", "reversal"]
Reason = Literal["late", "corrected", "withdrawn", "repriced", "reversed"]
Ground = Literal["decision", "private car", "rule", "no car", "unknown car", "unknown amount", "not readable"]
CorrectionGround = Literal[
    "included", "decision", "private car", "rule", "no car", "unknown car", "another car", "not stopped", "elsewhere"
]

RULES = 1  # of the figures; a claim made by others is checked by its hashes and its arithmetic


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """kWh and currency units. The tax is included in the amount; None where it is not known."""

    energy_kwh: Decimal
    amount_incl_tax: Decimal
    tax_amount: Decimal | None


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """Why a line is not a session claimed for the first time in its month's own claim.

    `old` is what all claims before came to, `new` what they come to with this one. late: the session arrived after
    its month was claimed. corrected: the operator changed its figures. withdrawn: it is no longer claimed. repriced:
    the settings give another amount. reversed: claim `claim` was taken back. `ground` completes the reason where
    something does, and `detail` the ground.
    """

    claim: int
    reason: Reason
    ground: CorrectionGround | None
    detail: str | None
    old: Amounts
    new: Amounts


class ClaimLine(msgspec.Struct, frozen=True, kw_only=True):
    """A session, or its part of a month, and what this claim adds for it: with a correction, the difference.

    Of a session that is withdrawn, the figures that describe it are those of the claim that it was last in.
    """

    session_id: str
    month: date  # first day
    started_at: datetime
    stopped_at: datetime
    kind: str  # private or public
    charge_point: str | None
    evse: str | None
    car: str | None
    currency: str
    energy_kwh: Decimal
    amount_incl_tax: Decimal
    tax_amount: Decimal | None
    basis: str  # billed, rate, electricity_cost or spot
    price_incl_tax: Decimal | None  # currency units a kWh, of the whole session or part
    tax_name: str | None
    tax_rate: Decimal | None  # fraction
    note: str | None
    tags: tuple[str, ...]
    revision: int
    document_sha256: str
    curve_sha256: str | None
    correction: Correction | None


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """A number of lines added up. One tax that is not known makes theirs unknown."""

    lines: int
    energy_kwh: Decimal
    amount_incl_tax: Decimal
    tax_amount: Decimal | None


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """What is claimed in one currency: the month's sessions, corrections, and both together."""

    currency: str
    minor_digits: int
    sessions: Sum
    corrections: Sum
    total: Sum
    average_price_incl_tax: Decimal | None  # currency units a kWh, of the total; None without energy


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """The claimed month's sessions by the local day that they stopped on, at the latest the month's last."""

    day: date
    currency: str
    sessions: int
    energy_kwh: Decimal
    amount_incl_tax: Decimal


class Exclusion(msgspec.Struct, frozen=True, kw_only=True):
    """A session that is not claimed, or whose correction waits, and why. `detail` completes the ground."""

    session_id: str
    month: date
    started_at: datetime
    stopped_at: datetime
    car: str | None
    currency: str
    energy_kwh: Decimal
    billed_incl_tax: Decimal
    ground: Ground
    detail: str | None


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What the checks say of the month. An error stands here only if somebody accepted it."""

    finding_id: str
    rule: str
    severity: Literal["error", "warning"]
    session_id: str | None
    detail: str
    accepted: str | None  # the reason


class Charger(msgspec.Struct, frozen=True, kw_only=True):
    """Where the claimed sessions were charged."""

    charge_point: str | None
    evse: str | None
    kind: str


class Odometer(msgspec.Struct, frozen=True, kw_only=True):
    """A reading of the claimed month."""

    car: str
    read_on: date
    kilometres: int


class Completeness(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind a month's claim. Times are those of the archive, counts of sessions of the month."""

    listed_at: datetime  # the newest complete listing of the month
    sessions: int
    claimed: int
    excluded: int


class AccountPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What the settings say of the account's money and time."""

    country: str
    timezone: str
    currency: str
    reimbursement: tuple[schema.Reimbursement, ...]
    addition: tuple[schema.Addition, ...]
    tax_refund: tuple[schema.TaxRefund, ...]


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that the figures follow from: with them and raw/ and journal/ they can be derived again."""

    attribution: Attribution
    closed_after_hours: int
    account: AccountPolicy
    tax_rates: tuple[schema.TaxRate, ...]
    cars: tuple[schema.Car, ...]
    rules: tuple[schema.Rule, ...]


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The newest link of a chain: a segment of raw/, an entry of journal/, or a claim."""

    name: str
    sha256: str


class Sources(msgspec.Struct, frozen=True, kw_only=True):
    """What the claim was made from, and by what. A chain without links has no head."""

    ladebog_version: str
    rules: int
    raw: Head | None
    journal: Head | None
    previous_claim: Head | None  # the SHA-256 of its manifest.json


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """A file beside the claim: what the driver attached, or a receipt that the operator has for a session."""

    name: str  # of the file, under attachments/
    sha256: str
    size: int  # bytes
    session_id: str | None


class MissingReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt that the operator names and that could not be had."""

    session_id: str
    why: str


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of `claim.json`. `month` is that of a month's claim, `reverses` the number a reversal takes back."""

    account: str
    number: int
    kind: Kind
    month: date | None
    car: str | None  # only this car's sessions
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
    completeness: Completeness | None  # of a month's claim
    policy: Policy
    sources: Sources
    attachments: tuple[Attachment, ...]
    missing_receipts: tuple[MissingReceipt, ...]

    @property
    def timezone(self) -> str:
        """The zone that decided its days and months."""
        return self.policy.account.timezone

    @property
    def blanks(self) -> tuple[str, ...]:
        """What the settings leave to be filled in by hand: `driver.name`, `employer.cost_centre`, `car Golf.plate`."""
        profiles = {"driver": self.driver, "employer": self.employer}
        return (
            *(
                f"{where}.{key}"
                for where, who in profiles.items()
                for key, text in msgspec.structs.asdict(who).items()
                if not text
            ),
            *(f"car {car.name}.plate" for car in self.cars if not car.plate),
        )

    @property
    def zone(self) -> ZoneInfo:
        """That zone."""
        return ZoneInfo(self.timezone)

    @property
    def name(self) -> str:
        """`0003-2025-03`, `0004-corrections` or `0005-reversal`: what its folder is called."""
        is_of_month = self.kind == "month" and self.month is not None
        return f"{self.number:04}-{f'{self.month:%Y-%m}' if is_of_month else self.kind}"


_decoder = msgspec.json.Decoder(Claim)


def encode(document: msgspec.Struct) -> bytes:
    """A document as canonical JSON."""
    return rfc8785.dumps(msgspec.to_builtins(document))


def decode(data: bytes) -> Claim:
    """The claim that `claim.json` holds. Raises msgspec.ValidationError or DecodeError for anything else."""
    return _decoder.decode(data)
