"""The texts of the page in its language, with numbers and days formatted as that language writes them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import ClassVar

from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal

from pipeline.settings.schema import Language
from reports.claims import danish as danish_claims
from reports.claims import english as english_claims
from reports.claims.words import Words
from reports.language.formats import MINUS
from reports.page import danish, english

_SHARED = ("rule.", "severity.", "kind.")  # texts of claims that the page prints too


def _with_shared(texts: dict[str, str], claim_texts: dict[str, str]) -> dict[str, str]:
    return {key: text for key, text in claim_texts.items() if key.startswith(_SHARED)} | texts


class PageWords(Words):
    """The texts of the page in its language; numbers, days and times in that language's format."""

    texts: ClassVar[Mapping[Language, Mapping[str, str]]] = {
        "da": _with_shared(danish.TEXTS, danish_claims.TEXTS),
        "en": _with_shared(english.TEXTS, english_claims.TEXTS),
    }

    @property
    def for_script(self) -> dict[str, str]:
        """The texts that the script prints, by key, with their placeholders."""
        return {
            key.removeprefix("script."): text
            for key, text in self.texts[self.language].items()
            if key.startswith("script.")
        }

    def energy(self, energy: Decimal) -> str:
        """`1.234,6`: kWh to one decimal, for charts."""
        return self._number(energy, 1)

    def short_price(self, price: Decimal) -> str:
        """`1,57`: currency units per kWh to two decimals, for charts."""
        return self._number(price, 2)

    def bound(self, energy: Decimal) -> str:
        """`12,5`: a round number of kWh, with as few decimals as it needs."""
        return str(format_decimal(energy, "#,##0.###", locale=self._locale))

    def known_money(self, amount: Decimal | None, digits: int) -> str:
        """An amount, or that it is unknown."""
        return self.text("unknown") if amount is None else self.money(amount, digits)

    def known_price(self, price: Decimal | None) -> str:
        """A price per kWh; nothing where there is none."""
        return "" if price is None else self.price(price)

    def tax_name(self, name: str | None) -> str:
        """The name of the tax in the sessions, or the general word if they do not have one name."""
        return name or self.text("tax")

    def tax_in_text(self, name: str | None) -> str:
        """As `tax_name`, inside a text, where the general word has a small letter."""
        named = self.tax_name(name)
        return self.text("tax.in_text") if named == self.text("tax") else named

    @property
    def tag(self) -> str:
        """The language as HTML names it; English is that of Great Britain, whose days and numbers it has."""
        return "da" if self.language == "da" else "en-GB"

    def day(self, day: date) -> str:
        """`12.10.2025`, or in English `12 October 2025`."""
        return super().day(day) if self.language == "da" else str(format_date(day, "long", locale=self._locale))

    def day_of_week(self, day: date) -> str:
        """`søndag 12.10.2025`."""
        return f"{format_date(day, 'EEEE', locale=self._locale)} {self.day(day)}"

    def hour(self, hour: int) -> str:
        """`17–18`: a clock hour."""
        return f"{hour:02}–{hour + 1:02}"

    def percent(self, percent: Decimal) -> str:
        """`−9,2 %`: with its sign and one decimal."""
        space = "\u00a0" if self.language == "da" else ""
        return str(format_decimal(percent, "+#,##0.0;-#,##0.0", locale=self._locale)).replace("-", MINUS) + f"{space}%"

    def short_month(self, month: date) -> str:
        """`okt`."""
        return str(format_date(month, "LLL", locale=self._locale)).rstrip(".")

    def weekday(self, weekday: int) -> str:
        """The short name of a day of the week, 0 for Monday: `man`."""
        return str(get_day_names("abbreviated", "stand-alone", locale=self._locale)[weekday]).rstrip(".")
