"""Who claims, from whom, and how, as the settings say it. What is left empty is filled in by hand."""

import unicodedata
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


def profile_faults(who: Driver | Employer, where: str) -> list[str]:
    """What is wrong with what a profile says, as `driver.name: reason`."""
    return [
        f"{where}.{key}: {text!r} is not one line of text that can be printed"
        for key, text in msgspec.structs.asdict(who).items()
        if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in text)
    ]
