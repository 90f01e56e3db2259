"""Each rule reports its finding, with its text, only when it is broken."""

import re
import zoneinfo
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.database import models
from pipeline.load.zones import zone_offsets
from reports.language.findings import finding_text
from reports.language.formats import Formats
from tests.sql.checks import operator_data
from tests.sql.checks.more_cases import CASES
from tests.sql.checks.operator_data import OperatorData
from tests.sql.checks.pair import Finding, Pair
from tests.sql.checks.pairs_of_archives import ARCHIVES, WRONG_ZONE
from tests.sql.checks.pairs_of_claims import CLAIMS
from tests.sql.checks.pairs_of_doubts import DOUBTS
from tests.sql.checks.pairs_of_sessions import SESSIONS

PAIRS: dict[str, Pair] = {**ARCHIVES, **CLAIMS, **DOUBTS, **SESSIONS}
FindingsByAccount = dict[str, tuple[Finding, ...]]


@pytest.fixture(scope="module")
def wrong_zone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let Python read the data of another time zone for WRONG_ZONE."""
    before, folder = zoneinfo.TZPATH, tmp_path_factory.mktemp("zones")
    (folder / WRONG_ZONE).parent.mkdir()
    (folder / WRONG_ZONE).write_bytes(next(Path(path, "Asia/Tokyo") for path in before).read_bytes())
    zoneinfo.reset_tzpath(to=(str(folder), *before))
    yield
    zoneinfo.reset_tzpath(to=before)
    zoneinfo.ZoneInfo.clear_cache()
    zone_offsets.cache_clear()


@pytest.fixture(scope="module")
def accounts() -> dict[str, OperatorData]:
    """The operator's data of each case."""
    accounts = {f"{rule}-bad": pair.violating for rule, pair in PAIRS.items()}
    accounts |= {f"{rule}-good": pair.conforming for rule, pair in PAIRS.items()}
    return accounts | {name: case for name, (case, _) in CASES.items()}


@pytest.fixture(scope="module")
def rows(
    accounts: dict[str, OperatorData], tmp_path_factory: pytest.TempPathFactory, wrong_zone: None
) -> list[dict[str, Any]]:
    """The findings of one logbook in which each case is an account."""
    folder = tmp_path_factory.mktemp("pairs") / "logbook"
    return list(operator_data.findings(operator_data.write_logbook(folder, accounts)))


@pytest.fixture(scope="module")
def findings(accounts: dict[str, OperatorData], rows: list[dict[str, Any]]) -> FindingsByAccount:
    by_account = defaultdict(list)
    for row in rows:
        month: date | None = row["month"]
        detail = re.sub(r"/\S*/logbook/", "LOGBOOK/", row["detail"])
        by_account[row["account"]].append(
            (row["rule"], row["severity"], month and month.isoformat(), row["session_id"], detail)
        )
    return {account: tuple(by_account[account]) for account in accounts}


@pytest.mark.parametrize("rule", PAIRS)
def test_a_violating_account_has_the_findings_of_its_rule(findings: FindingsByAccount, rule: str) -> None:
    assert findings[f"{rule}-bad"] == PAIRS[rule].findings
    assert rule in {name for name, *_ in PAIRS[rule].findings}


def test_in_danish_only_what_is_not_ladebogs_own_text_is_english(rows: list[dict[str, Any]]) -> None:
    """Ids, commands and what the operator sent stay as they are; they are parameters of the kind `text`."""
    formats = Formats("da", "Europe/Copenhagen")
    for row in rows:
        own = [{**one, "value": "-"} if one["kind"] == "text" else one for one in row["parameters"]]
        text = finding_text(row["sentences"], own, formats)
        assert not re.search(r"\b(the|is|was|were|of|that|with|what|ask|from|and|not|which|its|it)\b", text, re.I), text


def test_in_english_a_finding_is_its_detail_with_the_formats_of_documents(rows: list[dict[str, Any]]) -> None:
    formats = Formats("en", "Europe/Copenhagen")
    for row in rows:
        plain = [{**one, "kind": "text"} for one in row["parameters"] if one["kind"] in ("text", "phrase")]
        if len(plain) == len(row["parameters"]):
            assert finding_text(row["sentences"], plain, formats) == row["detail"]


@pytest.mark.parametrize("rule", PAIRS)
def test_a_conforming_account_has_no_findings(findings: FindingsByAccount, rule: str) -> None:
    assert findings[f"{rule}-good"] == ()


@pytest.mark.parametrize("name", CASES)
def test_each_further_case_has_its_findings(findings: FindingsByAccount, name: str) -> None:
    assert [(rule, session) for rule, _, _, session, _ in findings[name]] == list(CASES[name][1])


def test_missing_details_that_the_operator_does_not_find_name_the_way_out(findings: FindingsByAccount) -> None:
    [text] = [text for rule, *_, text in findings["listed-and-not-found"] if rule == "missing_detail"]
    assert text == (
        "It is known from a list of sessions only, without its details. The operator lists it, but does not find its "
        "details (404). Each run asks for them again. To go on without the session, exclude it: "
        "ladebog session exclude --reason TEXT 1"
    )


def test_every_rule_has_a_pair() -> None:
    assert set(PAIRS) == {check.rule for check in models.checks()}


def test_every_finding_has_the_severity_of_its_rule(findings: FindingsByAccount) -> None:
    severities = {check.rule: check.severity for check in models.checks()}
    assert {row[:2] for rows in findings.values() for row in rows} == set(severities.items())


@pytest.mark.parametrize("check", models.checks(), ids=lambda check: check.rule)
def test_every_check_has_a_known_severity_and_a_purpose(check: models.Model) -> None:
    assert check.name == f"checks.{check.rule}"
    assert check.severity in models.SEVERITIES
    assert check.purpose[0].isupper()
    assert check.purpose.endswith(".")


def test_the_files_are_named_after_their_rules() -> None:
    from importlib import resources

    files = {file.name for file in resources.files("sql").joinpath("checks").iterdir()}
    assert {name for name in files if name.endswith(".sql")} == {f"{check.rule}.sql" for check in models.checks()}


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        ("-- name: checks.one\n-- grain: one finding\n-- purpose: One.\nselect 1", "lacks severity"),
        ("-- name: checks.one\n-- severity: bad\n-- grain: one finding\n-- purpose: One.\nselect 1", "not a severity"),
    ],
)
def test_a_head_without_a_known_severity_is_refused(head: str, fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        models.parse(head)
