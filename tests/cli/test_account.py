"""`ladebog account add`: an account keeps the operator of its sessions, unless that has moved."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from pipeline.demo import DemoServer
from pipeline.raw.answer import Endpoint
from pipeline.raw.lines import RawLine, RunRecord
from pipeline.raw.segments import SegmentWriter
from pipeline.settings.reading import read_settings
from tests.cli.refusal import refusal
from tests.scenarios.demo_logbook import DemoLogbook
from tests.scenarios.small_archive import NOON, answer, detail, listed, listing, session

_OWN = "https://tenant.example"
_OTHER = "https://other.example"
_MOVED = "https://moved.example"
_LATER = NOON + timedelta(hours=1)
_ANSWERS = {
    "details": detail(session(), _LATER),
    "list": listing(listed(session()), fetched_at=_LATER),
    "charge points": answer(Endpoint.CHARGE_POINTS, "all", {"data": []}),
    "empty list": listing(fetched_at=_LATER),
    "not found": answer(Endpoint.SESSION, "1", {}, status=404),
}


def logbook_with(folder: Path, content: str, url: str = f"{_OWN}/api", command: str = "extract") -> DemoLogbook:
    """A logbook with account home and one answer."""
    logbook = DemoLogbook(folder)
    logbook.do("account", "add", "home", "--url", _OWN)
    archive(logbook, content, url, command)
    return logbook


def archive(logbook: DemoLogbook, content: str, url: str, command: str = "extract") -> None:
    """Store one answer for account home."""
    record = RunRecord(run_id="a1b2", command=command, version="0", started_at=NOON)
    with SegmentWriter.begin(logbook.paths.raw / "home", record) as writer:
        writer.append(RawLine.of(msgspec.structs.replace(_ANSWERS[content], url=url)))
        writer.finish(NOON)


def url_of(logbook: DemoLogbook) -> str:
    return read_settings(logbook.paths.settings).accounts["home"].url


@pytest.mark.parametrize("content", ["details", "list"])
@pytest.mark.parametrize("answered_by", [f"{_OWN}/api", ""], ids=["fetched", "imported"])
def test_another_operator_is_refused_for_an_account_with_sessions(
    content: str, answered_by: str, tmp_path: Path
) -> None:
    logbook = logbook_with(tmp_path, content, answered_by)
    message, advice = refusal(logbook.run("account", "add", "home", "--url", _OTHER), 1)
    assert message == "Account home has sessions of tenant.example; those of other.example would be mixed with them."
    assert advice == (
        f"Use an account of its own: ladebog account add NAME --url {_OTHER} (or, if the same operator has moved "
        f"there: ladebog account add home --url {_OTHER} --moved)"
    )
    assert url_of(logbook) == _OWN
    logbook.do("account", "add", "work", "--url", _OTHER)
    logbook.do("account", "add", "home", "--url", _OTHER, "--moved")
    assert url_of(logbook) == _OTHER
    logbook.do("account", "add", "home", "--url", _OWN, "--moved" if answered_by == "" else "--country=DK")
    assert url_of(logbook) == _OWN


@pytest.mark.parametrize("content", ["charge points", "empty list", "not found"])
def test_a_mistyped_address_can_be_corrected_before_there_are_sessions(content: str, tmp_path: Path) -> None:
    logbook = logbook_with(tmp_path, content)
    logbook.do("account", "add", "home", "--url", _OTHER)
    assert url_of(logbook) == _OTHER


@pytest.mark.parametrize("same", ["https://TENANT.example", "https://tenant.example:443/", "https://tenant.example."])
def test_the_same_operator_may_be_written_otherwise(same: str, tmp_path: Path) -> None:
    logbook_with(tmp_path, "details").do("account", "add", "home", "--url", same)


@pytest.mark.parametrize(
    "other", ["https://tenant.example:8443", "https://sub.tenant.example", "https://tenant.example2"]
)
def test_similar_addresses_are_of_other_operators(other: str, tmp_path: Path) -> None:
    message, _ = refusal(logbook_with(tmp_path, "list").run("account", "add", "home", "--url", other), 1)
    assert "would be mixed" in message


def test_an_account_named_again_keeps_its_operator(tmp_path: Path) -> None:
    """The settings may have lost an account whose sessions are still there."""
    logbook = logbook_with(tmp_path, "details")
    logbook.paths.settings.write_text("", "utf-8")
    refusal(logbook.run("account", "add", "home", "--url", _OTHER), 1)
    logbook.do("account", "add", "home", "--url", _OWN)


@pytest.mark.system
@pytest.mark.parametrize("command", ["extract", "run", "import"])
def test_an_address_changed_in_the_settings_is_refused_for_an_account_with_sessions(
    command: str, tmp_path: Path
) -> None:
    logbook = logbook_with(tmp_path, "details")
    capture = tmp_path / "other.json"
    capture.write_bytes(detail(session("2"), _LATER).body)
    change_url(logbook, _OTHER)
    arguments = (command, str(capture)) if command == "import" else (command,)
    message, advice = refusal(logbook.run(*arguments), 1)
    assert message == "Account home has sessions of tenant.example; those of other.example would be mixed with them."
    assert f"ladebog account add home --url {_OTHER} --moved" in advice
    logbook.do("account", "add", "home", "--url", _OTHER, "--moved")
    assert "would be mixed" not in logbook.run(*arguments).err
    change_url(logbook, _OWN)
    assert "would be mixed" not in logbook.run(*arguments).err


@pytest.mark.system
def test_an_address_changed_in_the_settings_ends_only_its_own_run(tmp_path: Path, operator: DemoServer) -> None:
    logbook = logbook_with(tmp_path, "details")
    change_url(logbook, _OTHER)
    logbook.do("account", "add", "work", "--url", operator.url)
    outcome = logbook.run("extract")
    assert "would be mixed" in outcome.err
    assert "account work" in outcome.err


@pytest.mark.system
def test_sessions_that_were_imported_from_another_host_do_not_change_the_operator(tmp_path: Path) -> None:
    logbook = logbook_with(tmp_path, "details", command="import")
    change_url(logbook, _OTHER)
    assert "would be mixed" not in logbook.run("extract").err


@pytest.mark.system
@pytest.mark.parametrize("command", ["extract", "import"])
def test_a_former_move_does_not_allow_another_operator(command: str, tmp_path: Path) -> None:
    """After a move, the operator answers as before, so that nothing of its new host is stored."""
    logbook = logbook_with(tmp_path, "details")
    logbook.do("account", "add", "home", "--url", _MOVED, "--moved")
    assert "would be mixed" not in logbook.run("extract").err
    capture = tmp_path / "other.json"
    capture.write_bytes(detail(session("2"), _LATER).body)
    change_url(logbook, _OTHER)
    message, advice = refusal(logbook.run(*((command, str(capture)) if command == "import" else (command,))), 1)
    assert message == "Account home has sessions of tenant.example; those of other.example would be mixed with them."
    assert f"ladebog account add home --url {_OTHER} --moved" in advice


@pytest.mark.system
def test_each_host_that_sessions_were_fetched_from_is_the_operators(tmp_path: Path) -> None:
    """One of the two is the account's former host by its settings, the other is not."""
    logbook = logbook_with(tmp_path, "details")
    archive(logbook, "list", f"{_OTHER}/api")
    text = logbook.paths.settings.read_text("utf-8").replace(
        f'"{_OWN}"', f'"{_MOVED}"\nmoved_from = ["tenant.example"]'
    )
    logbook.paths.settings.write_text(text, "utf-8")
    message, _ = refusal(logbook.run("extract"), 1)
    assert message == "Account home has sessions of other.example; those of moved.example would be mixed with them."


@pytest.mark.system
def test_a_session_imported_from_another_host_does_not_make_it_the_operator(tmp_path: Path) -> None:
    """It was imported with --any-host, beside those that were fetched."""
    logbook = logbook_with(tmp_path, "details")
    archive(logbook, "list", f"{_OTHER}/api", "import")
    message, _ = refusal(logbook.run("account", "add", "home", "--url", _OTHER), 1)
    assert message == "Account home has sessions of tenant.example; those of other.example would be mixed with them."
    logbook.do("account", "add", "home", "--url", _MOVED, "--moved")
    assert "would be mixed" not in logbook.run("extract").err


@pytest.mark.system
def test_an_operator_may_move_back(tmp_path: Path) -> None:
    logbook = logbook_with(tmp_path, "details")
    logbook.do("account", "add", "home", "--url", _MOVED, "--moved")
    archive(logbook, "list", f"{_MOVED}/api")
    logbook.do("account", "add", "home", "--url", _OWN)
    assert read_settings(logbook.paths.settings).accounts["home"].moved_from == ("moved.example",)
    assert "would be mixed" not in logbook.run("extract").err
    refusal(logbook.run("account", "add", "home", "--url", _OTHER), 1)


def change_url(logbook: DemoLogbook, url: str) -> None:
    """Change the address as a user does in an editor."""
    text = logbook.paths.settings.read_text("utf-8")
    logbook.paths.settings.write_text(text.replace(f'"{url_of(logbook)}"', f'"{url}"'), "utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ["account", "add", "home", "--url", "https://tenant.example/?token=canary"],
        ["account", "add", "home", "--url", "tenant.example/#canary"],
        ["account", "add", "home", "--url", "https://user:canary@tenant.example"],
        ["account", "add", "home", "https://tenant.example/?token=canary"],
        ["account", "add", "https://tenant.example/?token=canary", "--url", _OWN],
        ["login", "https://user:canary@tenant.example/"],
        ["import", "https://tenant.example/sessions?token=canary"],
    ],
    ids=str,
)
def test_what_an_address_contains_besides_host_and_path_is_not_repeated(tmp_path: Path, arguments: list[str]) -> None:
    logbook = DemoLogbook(tmp_path)
    logbook.do("account", "add", "other", "--url", _OTHER)
    outcome = logbook.run(*arguments)
    assert outcome.code != 0
    assert "canary" not in outcome.out + outcome.err
    assert "canary" not in "".join(file.read_text("utf-8") for file in (logbook.home / "logs").rglob("*.log"))


@pytest.mark.system
@pytest.mark.parametrize("twin", ["HOME", "Home"])
def test_a_folder_that_differs_only_in_case_is_named_by_the_account(tmp_path: Path, twin: str) -> None:
    logbook = logbook_with(tmp_path, "details")
    text = logbook.paths.settings.read_text("utf-8")
    logbook.paths.settings.write_text(text.replace("[account.home]", f"[account.{twin}]"), "utf-8")
    message, advice = refusal(logbook.run("transform"), 1)
    assert message == f"{logbook.paths.raw / 'home'} holds the answers of an account that ladebog.toml does not name."
    assert advice == f"Rename [account.{twin}] to [account.home] in ladebog.toml, then run the same command again"
    assert "Rename [account." in logbook.run("status").err
    logbook.paths.settings.write_text(text, "utf-8")
    logbook.do("transform")


@pytest.mark.system
@pytest.mark.parametrize("parent", ["raw", "claims"])
def test_a_folder_beside_that_of_an_account_in_other_case_is_to_be_moved(tmp_path: Path, parent: str) -> None:
    logbook = logbook_with(tmp_path, "details")
    folder = logbook.home / parent / "Home"
    folder.mkdir(parents=True)
    (folder.parent / "home").mkdir(exist_ok=True)
    _, advice = refusal(logbook.run("transform"), 1)
    assert advice == (
        f"Many computers do not distinguish it from account home, so move it out of {parent}/, then run the same "
        "command again"
    )
    folder.rename(tmp_path / "Home")
    logbook.do("transform")


@pytest.mark.system
@pytest.mark.parametrize("parent", ["raw", "claims"])
def test_a_folder_of_an_account_in_other_case_is_to_be_renamed_where_there_is_no_other(
    tmp_path: Path, parent: str
) -> None:
    logbook = logbook_with(tmp_path, "details")
    (logbook.paths.claims / "home").mkdir(parents=True)
    folder = logbook.home / parent / "home"
    folder.rename(folder.with_name("Home"))
    _, advice = refusal(logbook.run("transform"), 1)
    assert advice == (f"It is probably that of account home, so rename it: mv {folder.with_name('Home')} {folder}")
    folder.with_name("Home").rename(folder)
    logbook.do("transform")
