"""A session that two accounts of the same operator have is claimed once."""

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import ClaimError
from tests.scenarios.claimed_logbook import MARCH, ClaimedLogbook, ServedSession, local

pytestmark = pytest.mark.system

_WORK = """
[account.work]
url = "https://{host}"
"""
_SAME = ServedSession("1", local(MARCH.replace(day=5)))
_OWN = ServedSession("2", local(MARCH.replace(day=6)))
_FINDINGS = "select account, finding_id from check_results where rule = 'session_in_two_accounts' order by account"


def two_accounts(root: Path, host: str = "OPERATOR.example.invalid:443") -> tuple[ClaimedLogbook, ClaimedLogbook]:
    """Two accounts of a logbook, both with session 1."""
    home = ClaimedLogbook.begin(root / "logbook", _WORK.format(host=host))
    work = ClaimedLogbook(home.root, account="work", moment=home.moment + timedelta(days=1))
    home.extract(_SAME, months=(MARCH,))
    work.extract(_SAME, _OWN, months=(MARCH,))
    home.update()
    return home, work


def findings(logbook: ClaimedLogbook) -> dict[str, str]:
    return dict(logbook.rows(_FINDINGS))


def test_an_accepted_finding_lets_one_account_claim_the_session(tmp_path: Path) -> None:
    home, work = two_accounts(tmp_path)
    found = findings(home)
    assert list(found) == ["home", "work"]
    for logbook in (home, work):
        with pytest.raises(ClaimError, match="session_in_two_accounts"):
            logbook.claim(MARCH)
    claim = work.claim(MARCH, accepted={found["work"]: "the car of work"})
    assert [line.session_id for line in claim.lines] == ["1", "2"]
    assert list(findings(home)) == ["home", "work"]
    with pytest.raises(ClaimError, match="Session 1 is claimed already, by claim 1 of account work") as refused:
        home.claim(MARCH, accepted={found["home"]: "again"})
    assert "ladebog session exclude --account home --reason TEXT 1" in refused.value.advice
    home.decide("exclude", "1", reason="claimed by work")
    assert home.claim(MARCH).lines == ()
    assert findings(home) == {}
    home.verify()


def test_a_session_that_arrives_late_is_not_claimed_again(tmp_path: Path) -> None:
    home, work = two_accounts(tmp_path)
    home.decide("exclude", "1")
    assert findings(work.claim(MARCH) and home) == {}
    home.claim(MARCH)
    home.decide("include", "1")
    with pytest.raises(ClaimError, match="Session 1 is claimed already, by claim 1 of account work"):
        home.corrections()
    work.reverse(1)
    with pytest.raises(ClaimError, match="session_in_two_accounts, session 1: "):
        home.corrections()
    claim = home.corrections(accepted={findings(home)["home"]: "the car of home"})
    assert [line.session_id for line in claim.lines] == ["1"]
    assert [(finding.rule, finding.accepted) for finding in claim.findings] == [
        ("session_in_two_accounts", "the car of home")
    ]


def test_the_same_id_at_another_operator_is_another_session(tmp_path: Path) -> None:
    """The host of each answer counts, and that of the account only for an answer without an address."""
    home = ClaimedLogbook.begin(tmp_path / "logbook", _WORK.format(host="other.example.invalid"))
    work = ClaimedLogbook(
        home.root, account="work", moment=home.moment + timedelta(days=1), host="other.example.invalid"
    )
    home.extract(_SAME)
    work.extract(_SAME)
    home.update()
    assert findings(home) == {}
    work.host = ""
    work.extract(ServedSession("1", local(MARCH.replace(day=5)), amount="26.00"))
    home.update()
    assert findings(home) == {}
    work.host = "operator.example.invalid"
    work.extract(ServedSession("1", local(MARCH.replace(day=5)), amount="27.00"))
    home.update()
    assert list(findings(home)) == ["home", "work"]


_FORMER = "former.example.invalid"


def with_settings(logbook: ClaimedLogbook, moved_from: str, others: str) -> None:
    """Change the settings: the former hosts of account home, and the other accounts."""
    logbook.write_settings(f"moved_from = {moved_from}\n{others}")


@pytest.mark.parametrize("former", [_FORMER, _FORMER.upper()])
def test_the_hosts_that_an_operator_has_moved_between_are_one_operator(former: str, tmp_path: Path) -> None:
    """Session 1 was fetched from the former host in one account, from today's in the other."""
    home = ClaimedLogbook.begin(tmp_path / "logbook", _WORK.format(host=_FORMER))
    work = ClaimedLogbook(home.root, account="work", moment=home.moment + timedelta(days=1))
    home.host = _FORMER
    home.extract(_SAME)
    work.extract(_SAME)
    home.update()
    assert findings(home) == {}, "nothing states that the operator has moved"
    with_settings(home, f'["{former}"]', _WORK.format(host="operator.example.invalid"))
    home.update()
    found = findings(home)
    assert list(found) == ["home", "work"]
    for logbook in (home, work):
        with pytest.raises(ClaimError, match="session_in_two_accounts"):
            logbook.claim(MARCH)
    work.claim(MARCH, accepted={found["work"]: "the car of work"})
    with pytest.raises(ClaimError, match="Session 1 is claimed already, by claim 1 of account work"):
        home.claim(MARCH, accepted={found["home"]: "again"})


def test_moves_of_several_accounts_are_followed_from_host_to_host(tmp_path: Path) -> None:
    """Account third states the move from the first host to the second, and account work that to the last."""
    third = '[account.third]\nurl = "https://second.example.invalid"\nmoved_from = ["operator.example.invalid"]\n'
    moved = _WORK.format(host="last.example.invalid") + 'moved_from = ["second.example.invalid"]\n'
    home = ClaimedLogbook.begin(tmp_path / "logbook", moved)
    work = ClaimedLogbook(
        home.root, account="work", moment=home.moment + timedelta(days=1), host="last.example.invalid"
    )
    home.extract(_SAME)
    work.extract(_SAME)
    home.update()
    assert findings(home) == {}
    home.write_settings(moved + third)
    home.update()
    assert list(findings(home)) == ["home", "work"]
