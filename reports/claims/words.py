"""The texts of one claim in its language, with numbers, days and times formatted as that language writes them."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from pipeline.claims.document import Claim
from pipeline.settings.schema import Language
from reports.claims import danish, english

_LOCALES = {"da": Locale("da", "DK"), "en": Locale("en", "GB")}
MINUS = "\N{MINUS SIGN}"


class Words:
    """The texts of one claim in its language; its numbers, days and times in that language's format."""

    texts: ClassVar[Mapping[Language, Mapping[str, str]]] = {"da": danish.TEXTS, "en": english.TEXTS}

    def __init__(self, language: Language, timezone: str) -> None:
        self.language = language
        self._locale = _LOCALES[language]
        self._zone = ZoneInfo(timezone)

    @classmethod
    def of(cls, claim: Claim) -> "Words":
        """The texts for a claim: in its own language, with times in its account's zone."""
        return cls(claim.language, claim.timezone)

    def text(self, key: str, /, **values: object) -> str:
        """The text of a key, with its placeholders filled from `values`. Raises KeyError for an unknown key."""
        return self.texts[self.language][key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is a text of that key."""
        return key in self.texts[self.language]

    def kind(self, kind: str) -> str:
        """`privat`: the text of a session's kind; one that only the operator knows as it is."""
        key = f"kind.{kind}"
        return self.text(key) if self.has(key) else kind

    def money(self, amount: Decimal, digits: int) -> str:
        """`1.234,50`: an amount with as many decimals as its currency has."""
        return self._number(amount, digits)

    def exact(self, amount: Decimal) -> str:
        """`2,50`: an amount with its own number of decimals, which is its currency's."""
        exponent = amount.as_tuple().exponent
        return self._number(amount, max(0, -exponent) if isinstance(exponent, int) else 0)

    def kwh(self, energy: Decimal) -> str:
        """`1.234,567`: energy to the Wh."""
        return self._number(energy, 3)

    def price(self, price: Decimal) -> str:
        """`1,5686`: currency units per kWh, to four decimals."""
        return self._number(price, 4)

    def count(self, number: int) -> str:
        """`48.211`: a whole number."""
        return self._number(Decimal(number), 0)

    def day(self, day: date) -> str:
        """`30.03.2025` or `30/03/2025`."""
        return str(format_date(day, "dd.MM.yyyy" if self.language == "da" else "dd/MM/yyyy", locale=self._locale))

    def month(self, month: date) -> str:
        """`marts 2025`."""
        return str(format_date(month, "MMMM yyyy", locale=self._locale))

    def moment(self, moment: datetime) -> str:
        """`30.03.2025 16.36`: local time of the account."""
        local = moment.astimezone(self._zone)
        return f"{self.day(local.date())} {self._time(local)}"

    def _time(self, local: datetime) -> str:
        pattern = "HH.mm" if self.language == "da" else "HH:mm"
        return str(format_datetime(local.replace(tzinfo=None), pattern, locale=self._locale))

    def _number(self, number: Decimal, digits: int) -> str:
        pattern = "#,##0" if digits == 0 else f"#,##0.{'0' * digits}"
        return str(format_decimal(number, pattern, locale=self._locale)).replace("-", MINUS)
