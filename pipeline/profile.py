"""Who claims, from whom, and how, as the settings say it. What is left empty is filled in by hand."""

from typing import Literal

import msgspec

Attribution = Literal["stop", "split"]
Language = Literal["da", "en"]


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """Who claims, `[driver]`."""

    name: str = ""
    employee_number: str = ""
    bank_account: str = ""


class Employer(msgspec.Struct, frozen=True, kw_only=True):
    """Who is to pay, `[employer]`."""

    name: str = ""
    registration_number: str = ""  # in Denmark the CVR number
    cost_centre: str = ""


class ClaimSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How claims are made, `[claim]`."""

    attribution: Attribution = "stop"
    language: Language = "da"
