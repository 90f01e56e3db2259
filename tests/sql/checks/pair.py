"""What a rule's test needs: an account that breaks it, and one that comes as close to it as can be and does not."""

from dataclasses import dataclass

from tests.sql.checks.told import Told

Found = tuple[str, str, str | None, str | None, str]  # rule, severity, month, session, detail

OPEN_MARCH = "Fetch it with: ladebog extract --since 2025-03-01 --until 2025-03-31"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """`found` is all that the first account has, of whatever rule; the second has nothing."""

    fires: Told
    found: tuple[Found, ...]
    quiet: Told
