"""The data for a rule's test: an account that breaks it, and one that only just meets it."""

from dataclasses import dataclass

from tests.sql.checks.operator_data import OperatorData

Found = tuple[str, str, str | None, str | None, str]  # rule, severity, month, session, detail

OPEN_MARCH = "Fetch it with: ladebog extract --since 2025-03-01 --until 2025-03-31"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """`found` is all that the first account has, of whatever rule; the second has nothing."""

    fires: OperatorData
    found: tuple[Found, ...]
    quiet: OperatorData
