"""How a command refuses: only on standard error, with a message and the next step."""

from __future__ import annotations

from tests.scenarios.demo_logbook import Outcome


def refusal(outcome: Outcome, code: int) -> tuple[str, str]:
    """The message of a refusal and its advice."""
    assert (outcome.code, outcome.out) == (code, "")
    assert "Traceback" not in outcome.err
    lines = outcome.err.splitlines()
    if lines[0].startswith("Usage: ladebog"):
        usage, advice, empty, message = lines
        assert (usage.split()[:2], empty, code) == (["Usage:", "ladebog"], "", 2)
        assert message.startswith("Error: ")
        return message.removeprefix("Error: "), advice
    message, advice = lines
    assert message.startswith("ladebog: ")
    assert advice.startswith("  ")
    return message.removeprefix("ladebog: "), advice.strip()
