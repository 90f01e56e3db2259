"""The data for a rule's test: an account that breaks the rule, and one that just meets it."""

from dataclasses import dataclass

from tests.sql.checks.operator_data import OperatorData

Finding = tuple[str, str, str | None, str | None, str]  # rule, severity, month, session, detail

OPEN_MARCH = "Fetch it with: ladebog extract --since 2025-03-01 --until 2025-03-31"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """`findings` lists all findings of the violating account, of any rule; the conforming account has none."""

    violating: OperatorData
    findings: tuple[Finding, ...]
    conforming: OperatorData
