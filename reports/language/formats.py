"""Numbers, amounts, days and times as a language writes them."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from pipeline.settings.schema import Language

_LOCALES = {"da": Locale("da", "DK"), "en": Locale("en", "GB")}
MINUS = "\N{MINUS SIGN}"


class Formats:
    """How a language writes numbers, days and times; moments are local times of a zone."""

    def __init__(self, language: Language, timezone: str) -> None:
        self.language = language
        self._locale = _LOCALES[language]
        self._zone = ZoneInfo(timezone)

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
        """`30.03.2025 16.36`: the local time of a moment."""
        return self.local_minute(moment.astimezone(self._zone))

    def local_minute(self, local: datetime) -> str:
        """`30.03.2025 16.36`: a local time."""
        return f"{self.day(local.date())} {self._time(local)}"

    def duration(self, microseconds: int) -> str:
        """`2:05 t.` or `2:05 h`: hours and whole minutes."""
        minutes = microseconds // 60_000_000
        return f"{minutes // 60}:{minutes % 60:02}" + ("\u00a0t." if self.language == "da" else "\u00a0h")

    def _time(self, local: datetime) -> str:
        pattern = "HH.mm" if self.language == "da" else "HH:mm"
        return str(format_datetime(local.replace(tzinfo=None), pattern, locale=self._locale))

    def _number(self, number: Decimal, digits: int) -> str:
        pattern = "#,##0" if digits == 0 else f"#,##0.{'0' * digits}"
        return str(format_decimal(number, pattern, locale=self._locale)).replace("-", MINUS)
