"""Commands advised in a logbook of several accounts name the account, without which they are refused."""

import re
from pathlib import Path

import pytest

from tests.cli.refusal import refusal
from tests.scenarios.two_accounts import CANARY, TwoAccounts

pytestmark = pytest.mark.system

_COMMAND = re.compile(r"ladebog claim (?:create|mark|reverse|attach) .*")


def test_advised_claim_commands_name_the_account(tmp_path: Path) -> None:
    logbook = TwoAccounts.begin(tmp_path / "logbook")
    for account in (CANARY, "work"):
        for command in (("status",), ("claim", "list")):
            advised = _COMMAND.findall(logbook.do(*command, "--account", account).out)
            assert advised
            assert [line for line in advised if f" --account {account}" not in line] == []
    of_work = ("--account", "work")
    _, advice = refusal(logbook.run("claim", "create", "2025-06", *of_work), 1)
    assert advice == (
        "Claim what changed since with: ladebog claim create --corrections --account work"
        " (to claim it again: ladebog claim reverse 1 --reason TEXT --account work)"
    )
    reversal = logbook.do("claim", "reverse", "1", "--reason", "wrong", *of_work)
    assert reversal.out.endswith("It need not be handed in: claim 1 is not marked as sent\n")
    _, advice = refusal(logbook.run("claim", "reverse", "2", "--reason", "wrong", *of_work), 1)
    assert advice == "Claim the month again with: ladebog claim create YYYY-MM --account work"
