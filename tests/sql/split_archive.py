"""An archive of drawn sessions, built by the pipeline, and the expected rows of its marts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from pipeline.load.answers import AnswerLoader
from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.lines import RawLine, RunRecord
from pipeline.raw.segments import SegmentWriter
from pipeline.settings.schema import Settings
from pipeline.transform.refresh import refresh_marts
from tests.sql.charged_sessions import ACCOUNTS, RATES, ChargedSession
from tests.sql.expected_split import Part, Split, first_of_month, half_away, split, total

Row = dict[str, Any]
Rows = dict[tuple[Any, ...], Row]

FETCHED_AT = datetime(2026, 1, 1, tzinfo=UTC)
SETTINGS = Settings(accounts=ACCOUNTS, tax_rates=RATES)
_SESSIONS_PER_LISTING = 100
_ENCODER = msgspec.json.Encoder(decimal_format="number")


class ExpectedMarts:
    """The rows of the marts for drawn sessions, computed without the SQL."""

    def __init__(self, sessions: Sequence[ChargedSession]) -> None:
        self.sessions = {str(100_000 + number): session for number, session in enumerate(sessions)}
        self.splits: dict[str, Split] = {}
        for session_id, session in self.sessions.items():
            self.splits[session_id] = split(session.metered())

    def session_hours(self) -> Rows:
        return {
            (self.sessions[session_id].account, session_id, begins): {
                **self._wall_time(session_id, begins),
                **self._figures(session_id, part),
                "price_incl_tax": parts.hour_prices[begins],
            }
            for session_id, parts in self.splits.items()
            for begins, part in parts.hours.items()
        }

    def _wall_time(self, session_id: str, begins: datetime) -> Row:
        local = begins.astimezone(ACCOUNTS[self.sessions[session_id].account].zone).replace(tzinfo=None)
        return {"hour_local": local, "day": local.date(), "hour_of_day": local.hour, "weekday": local.isoweekday()}

    def session_days(self) -> Rows:
        return self._taxed((session_id, parts.days) for session_id, parts in self.splits.items())

    def session_months(self) -> Rows:
        return self._taxed((session_id, parts.months) for session_id, parts in self.splits.items())

    def totals(self, unit: str) -> Rows:
        """The rows of the totals per day or month, under both attributions."""
        groups: defaultdict[tuple[Any, ...], list[tuple[str, Part]]] = defaultdict(list)
        for session_id, parts in self.splits.items():
            session = self.sessions[session_id]
            stopped_on = session.stopped_at.astimezone(ACCOUNTS[session.account].zone).date()
            stop_unit = stopped_on if unit == "day" else first_of_month(stopped_on)
            for unit_start, part in (parts.days if unit == "day" else parts.months).items():
                groups[session.account, unit_start, session.currency, "split"].append((session_id, part))
            groups[session.account, stop_unit, session.currency, "stop"].append(
                (session_id, total(parts.days.values()))
            )
        return {key: self._total(members) for key, members in groups.items()}

    def _taxed(self, units: Iterable[tuple[str, dict[date, Part]]]) -> Rows:
        return {
            (self.sessions[session_id].account, session_id, unit_start): {
                **self._figures(session_id, part),
                "tax_amount": self._units(session_id, part.tax),
            }
            for session_id, parts in units
            for unit_start, part in parts.items()
        }

    def _figures(self, session_id: str, part: Part) -> Row:
        return {
            "energy_kwh": Decimal(part.energy_wh).scaleb(-3),
            "amount_incl_tax": self._units(session_id, part.money),
        }

    def _total(self, members: list[tuple[str, Part]]) -> Row:
        part = total(part for _, part in members)
        digits = self.sessions[members[0][0]].digits
        max_powers = [
            max(sample.power_kw for sample in self.sessions[i].samples) for i, _ in members if self.sessions[i].samples
        ]
        price = Fraction(part.money, 10**digits) * 1000 / part.energy_wh if part.energy_wh else None
        return {
            "sessions": len(members),
            "energy_kwh": Decimal(part.energy_wh).scaleb(-3),
            "amount_incl_tax": Decimal(part.money).scaleb(-digits),
            "tax_amount": None if part.tax is None else Decimal(part.tax).scaleb(-digits),
            "amount_excl_tax": None if part.tax is None else Decimal(part.money - part.tax).scaleb(-digits),
            "average_price_incl_tax": None if price is None else Decimal(half_away(price * 10**6)).scaleb(-6),
            "max_kw": max(max_powers, default=None),
        }

    def _units(self, session_id: str, minor: int | None) -> Decimal | None:
        return None if minor is None else Decimal(minor).scaleb(-self.sessions[session_id].digits)


class SplitArchive:
    """A database in which drawn sessions are archived; raw/ is in `folder`."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self.connection = connection
        self._folder = folder
        self._segments = 0

    def add(self, sessions: dict[str, ChargedSession]) -> None:
        """Archive more sessions and bring the marts up to date."""
        self._segments += 1
        for account in ACCOUNTS:
            answers_by_id = {i: session.answer(i) for i, session in sessions.items() if session.account == account}
            if answers_by_id:
                self._load(account, list(answers_by_id.values()))
        refresh_marts(self.connection, SETTINGS)

    def rows(self, table: str, key: Sequence[str], columns: Iterable[str]) -> Rows:
        """The named columns of a table by key."""
        names = list(columns)
        selected = self.connection.execute(f"select {', '.join([*key, *names])} from {table}").fetchall()  # noqa: S608
        rows_by_key = {row[: len(key)]: dict(zip(names, row[len(key) :], strict=True)) for row in selected}
        assert len(rows_by_key) == len(selected), f"the key of {table} is not unique"
        return rows_by_key

    def _load(self, account: str, answers: list[Row]) -> None:
        record = RunRecord(run_id=f"{self._segments:04}", command="extract", version="0", started_at=FETCHED_AT)
        with SegmentWriter.begin(self._folder / account, record) as segment:
            for body in _listings(answers):
                segment.append(
                    RawLine.of(
                        Answer(
                            account=account,
                            endpoint=Endpoint.SESSION_HISTORY,
                            key="listing",
                            fetched_at=FETCHED_AT,
                            url="",
                            status=200,
                            trace_id=None,
                            body=body,
                        )
                    )
                )
            segment.finish(FETCHED_AT)
        AnswerLoader(self.connection, self._folder / account).load_all()


def _listings(answers: list[Row]) -> Iterator[bytes]:
    for first in range(0, len(answers), _SESSIONS_PER_LISTING):
        entries = [{"session": answer, "type": "private"} for answer in answers[first : first + _SESSIONS_PER_LISTING]]
        yield _ENCODER.encode({"session_history": entries})
