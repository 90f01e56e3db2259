"""`ladebog claim` and `ladebog verify`, on the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.demo import DemoServer
from tests.cli.refusal import refusal
from tests.cli.test_sql_limits import run_on_a_terminal
from tests.conftest import reset_server
from tests.scenarios.demo_logbook import DemoLogbook, Outcome

pytestmark = pytest.mark.system

_PROFILE = """
[driver]
name = "Åse Østergård"
[[car]]
name = "Golf"
plate = "XX 00 000"
"""


@pytest.fixture(scope="module")
def shared_claimed_logbook(
    shared_logbook: DemoLogbook, shared_server: DemoServer, tmp_path_factory: pytest.TempPathFactory
) -> DemoLogbook:
    """A logbook in which October is claim 1. Tests copy it."""
    reset_server(shared_server)
    logbook = shared_logbook.copied(tmp_path_factory.mktemp("claimed") / "logbook")
    with logbook.paths.settings.open("a", encoding="utf-8") as file:
        file.write(_PROFILE)
    logbook.do("claim", "create", "2025-10")
    return logbook


@pytest.fixture
def claimed_logbook(shared_claimed_logbook: DemoLogbook, tmp_path: Path) -> DemoLogbook:
    return shared_claimed_logbook.copied(tmp_path / "claimed")


def folder_of(logbook: DemoLogbook, name: str) -> Path:
    return logbook.paths.claims / "demo" / name


def error_text(outcome: Outcome, code: int) -> str:
    """The complete message of a refusal that lists several faults."""
    assert (outcome.code, outcome.out) == (code, "")
    assert "Traceback" not in outcome.err
    return outcome.err


def test_create_prints_the_files_and_what_to_fill_in_by_hand(logbook: DemoLogbook) -> None:
    with logbook.paths.settings.open("a", encoding="utf-8") as file:
        file.write(_PROFILE)
    outcome = logbook.do("claim", "create", "2025-10", "--csv-locale", "da")
    claim_folder = folder_of(logbook, "0001-2025-10")
    first, folder, *files, last = outcome.out.splitlines()
    assert first == "demo: claim 1, 2025-10: 11 lines, 339.801 kWh, 482.24 DKK (of which tax 96.45)"
    names = [
        "claim.json",
        *(f"demo-0001-2025-10{end}" for end in ("-da.csv", ".csv", ".pdf", ".xlsx")),
        "manifest.json",
    ]
    assert folder == f"Files: {claim_folder}"
    assert files == [f"  {name}" for name in names]
    assert last == "Next: hand it in, then ladebog claim mark 1 sent"
    assert outcome.err == (
        "To fill in by hand, as it is not set in ladebog.toml: driver.employee_number, driver.bank_account, "
        "employer.name, employer.registration_number, employer.cost_centre.\n"
    )
    assert {oct(path.stat().st_mode & 0o777) for path in claim_folder.iterdir()} == {"0o600"}
    assert oct(claim_folder.stat().st_mode & 0o777) == "0o700"
    assert json.loads((claim_folder / "claim.json").read_bytes())["language"] == "da"


def test_the_language_comes_from_the_settings_or_the_option(claimed_logbook: DemoLogbook) -> None:
    with claimed_logbook.paths.settings.open("a", encoding="utf-8") as file:
        file.write('[claim]\nlanguage = "en"\n')
    claimed_logbook.do("claim", "create", "2025-09")
    claimed_logbook.do("claim", "reverse", "2", "--reason", "for tidligt", "--language", "da")
    languages = [
        json.loads((folder_of(claimed_logbook, name) / "claim.json").read_bytes())["language"]
        for name in ("0002-2025-09", "0003-reversal")
    ]
    assert languages == ["en", "da"]


def test_list_and_status_show_what_is_outstanding_and_unpaid(claimed_logbook: DemoLogbook) -> None:
    claimed_logbook.do("claim", "mark", "1", "sent")
    outstanding = "outstanding: 2025-09: 10 sessions, 342.364 kWh, 642.35 DKK: ladebog claim create 2025-09"
    unpaid = "unpaid: claim 1 (sent, 482.24 DKK): ladebog claim mark 1 paid"
    for command in (("claim", "list"), ("status",)):
        out = claimed_logbook.do(*command).out
        assert outstanding in out
        assert unpaid in out
    claimed_logbook.do("claim", "mark", "1", "paid", "--date", "2025-11-10")
    out = claimed_logbook.do("claim", "list").out
    assert "unpaid" not in out
    (line,) = [line for line in out.splitlines() if line.strip().startswith("1 ")]
    assert line.split()[-3:] == ["DKK", "paid", "2025-11-10"]


def test_show_prints_the_totals_and_the_folder(claimed_logbook: DemoLogbook) -> None:
    out = claimed_logbook.do("claim", "show", "1").out
    assert out.startswith("demo: claim 1, 2025-10, made 2025-11-12 ")
    assert "Total: 11 lines, 339.801 kWh, 482.24 DKK (of which tax 96.45)" in out
    assert out.splitlines()[-1] == f"Files: {folder_of(claimed_logbook, '0001-2025-10')}"


def test_explain_shows_what_is_reimbursed_and_claimed(claimed_logbook: DemoLogbook) -> None:
    claimed_logbook.do("claim", "mark", "1", "paid", "--date", "2025-11-10")
    out = claimed_logbook.do("explain", "713806").out
    assert "reimbursement 89.81 DKK, 1.455662 per kWh\n" in out
    assert "claim 1, paid since 2025-11-10: 2025-10 of Golf, 61.697 kWh, 89.81 DKK\n" in out
    claimed_logbook.do("session", "exclude", "713806", "--reason", "en gæst ladede")
    out = claimed_logbook.do("explain", "713806").out
    assert "to be claimed: 2025-10 of Golf, -61.697 kWh, -89.81 DKK\n" in out
    assert "goes on no claim: excluded: en gæst ladede\n" in out


def test_an_excluded_session_of_a_claimed_month_is_withdrawn_by_a_correction(claimed_logbook: DemoLogbook) -> None:
    session_id = claimed_logbook.ask("select session_id from claim_lines order by line limit 1")[0]["session_id"]
    claimed_logbook.do("session", "exclude", session_id, "--reason", "en gæst ladede")
    assert "outstanding corrections: 1 session, " in claimed_logbook.do("claim", "list").out
    out = claimed_logbook.do("claim", "create", "--corrections").out
    assert out.startswith("demo: claim 2, corrections: 1 line, -")
    assert "of claim 1: withdrawn" in claimed_logbook.do("claim", "show", "2").out
    message, _ = refusal(claimed_logbook.run("claim", "create", "--corrections"), 1)
    assert message == "There is nothing to correct: the claims agree with the archive."


def test_findings_are_listed_and_may_be_accepted(logbook: DemoLogbook) -> None:
    with logbook.paths.settings.open("a", encoding="utf-8") as file:
        file.write('[[car]]\nname = "Golf"\n[[car]]\nname = "Polo"\n[[rule]]\ncar = "Golf"\nminimum_kwh = 20\n')
    err = error_text(logbook.run("claim", "create", "2025-10"), 1)
    assert err.startswith("ladebog: 2025-10 of account demo cannot be claimed while there are errors:\n  ")
    ids = [line.split()[0] for line in err.splitlines()[1:-1]]
    assert ids
    assert all("unassigned_car" in line for line in err.splitlines()[1:-1])
    accepting = [option for finding_id in ids for option in ("--accept", finding_id)]
    out = logbook.do("claim", "create", "2025-10", *accepting, "--reason", "lånt ud").out
    assert f"{11 - len(ids)} lines" in out
    assert logbook.do("claim", "show", "1").out.count("(accepted: lånt ud)") == len(ids)


def test_attached_files_are_in_the_claim_and_in_its_successor_after_a_reversal(
    claimed_logbook: DemoLogbook, tmp_path: Path
) -> None:
    bill = tmp_path / "elregning æøå.pdf"
    bill.write_bytes(b"%PDF-1.7")
    out = claimed_logbook.do("claim", "attach", str(bill), "--month", "2025-09").out
    assert out == "demo: elregning æøå.pdf attached to the claim of 2025-09\n"
    claimed_logbook.do("claim", "attach", "--remove", bill.name)
    claimed_logbook.do("claim", "attach", str(bill))
    claimed_logbook.do("claim", "create", "2025-09")
    assert (folder_of(claimed_logbook, "0002-2025-09") / "attachments" / bill.name).read_bytes() == b"%PDF-1.7"
    claimed_logbook.do("claim", "reverse", "2", "--reason", "wrong employer")
    assert not (folder_of(claimed_logbook, "0003-reversal") / "attachments").exists()
    claimed_logbook.do("claim", "create", "2025-09")
    assert (folder_of(claimed_logbook, "0004-2025-09") / "attachments" / bill.name).is_file()
    message, advice = refusal(claimed_logbook.run("claim", "attach", str(bill), "--month", "2025-10"), 1)
    assert message == "2025-10 is claimed already, by claim 1."
    assert advice == "Attach it to the next claim: ladebog claim attach FILE (without --month)"


def test_files_of_one_name_wait_for_the_claims_of_their_months(logbook: DemoLogbook, tmp_path: Path) -> None:
    def attach(content: str, *options: str) -> list[str]:
        (tmp_path / "el.pdf").write_text(content, "utf-8")
        return logbook.do("claim", "attach", str(tmp_path / "el.pdf"), *options).out.splitlines()

    def detach(*options: str) -> tuple[str, ...]:
        return ("claim", "attach", "--remove", "el.pdf", *options)

    august, september = ("--month", "2025-08"), ("--month", "2025-09")
    assert attach("1", *august) == ["demo: el.pdf attached to the claim of 2025-08"]
    assert attach("2", *september) == attach("2", *september) == ["demo: el.pdf attached to the claim of 2025-09"]
    message, advice = refusal(logbook.run(*detach()), 1)
    assert message == "Files called el.pdf are waiting for the claim of 2025-08 and the claim of 2025-09."
    assert advice == "Name the month of one: ladebog claim attach --remove el.pdf --month 2025-08"
    message, _ = refusal(logbook.run(*detach("--month", "2025-10")), 2)
    assert message.startswith("No file el.pdf is waiting for the claim of 2025-10 (waiting: el.pdf for the claim of")
    assert attach("3", *september)[1:] == ["It replaces the el.pdf that was attached to the claim of 2025-09."]
    assert logbook.do(*detach(*august)).out == "demo: el.pdf detached from the claim of 2025-08\n"
    assert attach("4")[1:] == ["It replaces the el.pdf that was attached to the claim of 2025-09."]
    assert attach("5", *august)[1:] == ["It replaces the el.pdf that was attached to the next claim."]


def test_other_programs_can_check_an_exported_claim(claimed_logbook: DemoLogbook, tmp_path: Path) -> None:
    out = claimed_logbook.do("claim", "export", "1", "--output", str(tmp_path / "ud")).out
    path = tmp_path / "ud" / "demo-0001-2025-10.zip"
    assert out == f"{path}\n"
    first = path.read_bytes()
    with zipfile.ZipFile(path) as packed:
        packed.extractall(tmp_path)
    unpacked = tmp_path / "demo-0001-2025-10"
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=unpacked, check=True)
    assert claimed_logbook.do("verify", str(unpacked)).out.endswith("nothing was changed.\n")
    (unpacked / "SHA256SUMS").unlink()
    assert claimed_logbook.do("verify", str(unpacked)).out.endswith("nothing was changed.\n")
    claimed_logbook.do("claim", "export", "1", "--output", str(tmp_path / "ud"))
    assert path.read_bytes() == first
    (folder_of(claimed_logbook, "0001-2025-10") / "claim.json").write_text("{}", "utf-8")
    message, _ = refusal(claimed_logbook.run("claim", "export", "1", "--output", str(tmp_path / "no")), 1)
    assert "claim.json is not one that Ladebog writes" in message


def test_verify_prints_each_checked_part_and_names_the_first_fault(claimed_logbook: DemoLogbook) -> None:
    assert claimed_logbook.do("verify", "--full").out.splitlines() == [
        "journal: 1 entry",
        "demo: raw: 1 segment",
        "demo: claims: 1",
        "demo: claim 1: derived again from raw/",
        f"Verified {claimed_logbook.home}: nothing was changed.",
    ]
    assert claimed_logbook.do("--quiet", "verify").out == f"Verified {claimed_logbook.home}: nothing was changed.\n"
    path = folder_of(claimed_logbook, "0001-2025-10") / "demo-0001-2025-10.csv"
    path.write_text(path.read_text("utf-8").replace("DKK", "EUR"), "utf-8")
    outcome = claimed_logbook.run("verify")
    assert (outcome.code, outcome.err) == (
        3,
        f"ladebog: {path} is not what was written: its SHA-256 is not the one in the manifest.\n"
        "  Restore the file from a backup; nothing was changed\n",
    )


def test_verify_warns_if_there_is_no_published_database_to_compare_with(claimed_logbook: DemoLogbook) -> None:
    claimed_logbook.paths.database.unlink()
    shutil.rmtree(claimed_logbook.paths.state)
    last = claimed_logbook.do("verify").out.splitlines()[-1]
    assert last.endswith(": no change was found. Without a database, a lost end is not noticed.")


def test_a_rebuilt_database_has_the_same_claims(claimed_logbook: DemoLogbook) -> None:
    claimed_logbook.do("claim", "mark", "1", "sent")
    before = claimed_logbook.marts()
    claimed_logbook.do("rebuild")
    assert claimed_logbook.marts() == before
    assert len(before["claims"]) == 1
    assert len(before["claim_lines"]) == 11


def test_a_lost_claim_stops_the_next_one(claimed_logbook: DemoLogbook) -> None:
    shutil.rmtree(folder_of(claimed_logbook, "0001-2025-10"))
    message, advice = refusal(claimed_logbook.run("claim", "create", "2025-09"), 1)
    assert message == "Claim 1 of account demo was lost or changed after it was made."
    assert advice.startswith("See what was changed with: ladebog verify")


def test_a_month_that_is_not_over_is_refused_with_when_it_can_be_closed(shared_logbook: DemoLogbook) -> None:
    _, advice = refusal(shared_logbook.run("claim", "create", "2025-11"), 1)
    assert advice == "It is not over. A run at 2025-12-02 00:00 or later closes it: ladebog run"


def test_a_decision_about_a_claimed_session_says_what_becomes_of_its_claim(claimed_logbook: DemoLogbook) -> None:
    excluded, claim, undo = claimed_logbook.do("session", "exclude", "713806", "--reason", "a guest").out.splitlines()
    assert excluded.endswith(": excluded: a guest")
    alone = "one with corrections alone: ladebog claim create --corrections"
    assert claim == f"Claim 1 does not change. The next claim takes it off; {alone}"
    assert undo == "To undo this: ladebog session include --reason TEXT 713806"
    (included,) = claimed_logbook.do("session", "include", "713806", "--reason", "no guest").out.splitlines()
    assert included.endswith(": included: no guest")
    claimed_logbook.do("session", "exclude", "713806", "--reason", "a guest")
    outstanding = "outstanding corrections: 1 session, -61.697 kWh, -89.81 DKK: ladebog claim create --corrections"
    assert f"{outstanding} (or with the next month)\n" in claimed_logbook.do("months").out
    assert "; corrections of claimed months: -89.81 DKK\n" in claimed_logbook.do().out
    created = claimed_logbook.do("claim", "create", "2025-09", "--without-receipts").out.splitlines()
    assert created[1] == "Of which 1 correction of 2025-10: -89.81 DKK"
    _, claim, undo = claimed_logbook.do("session", "include", "713806", "--reason", "no guest").out.splitlines()
    assert claim == f"Claim 2 does not change. The next claim adds it; {alone}"
    assert undo == "To undo this: ladebog session exclude --reason TEXT 713806"
    assert len(claimed_logbook.do("session", "tag", "713806", "guest", "--reason", "x").out.splitlines()) == 1


def test_what_is_to_be_handed_in_follows_from_attachments_and_marks(
    claimed_logbook: DemoLogbook, tmp_path: Path
) -> None:
    bill = tmp_path / "bill.pdf"
    bill.write_bytes(b"%PDF-1.7")
    claimed_logbook.do("claim", "attach", str(bill))
    *files, first, second = claimed_logbook.do("claim", "create", "2025-09").out.splitlines()
    assert "  attachments/bill.pdf" in files
    assert (first, second) == (
        "Next: hand it in with its 1 attachment: ladebog claim export 2 --output FOLDER",
        "Then: ladebog claim mark 2 sent",
    )
    out = claimed_logbook.do("claim", "reverse", "2", "--reason", "wrong employer").out
    assert out.splitlines()[-1] == "It need not be handed in: claim 2 is not marked as sent"
    claimed_logbook.do("claim", "mark", "1", "sent")
    out = claimed_logbook.do("claim", "reverse", "1", "--reason", "wrong employer").out
    assert out.splitlines()[-1] == "Next: hand it in, then ladebog claim mark 4 sent"


def test_a_month_before_the_first_session_is_refused_unless_asked_for(claimed_logbook: DemoLogbook) -> None:
    first = claimed_logbook.archive("--since", "2020-01-01") and claimed_logbook.value("select min(month) from months")
    before = f"{first - timedelta(days=1):%Y-%m}"
    message, advice = refusal(claimed_logbook.run("claim", "create", before), 1)
    assert message == f"{before} of account demo is not claimed: its first session is of {first:%Y-%m}."
    assert advice.startswith(f"Outstanding: {first:%Y-%m}, ")
    assert advice.endswith(f" more. To claim it without sessions: ladebog claim create {before} --empty")
    created = claimed_logbook.do("claim", "create", before, "--empty").out
    assert created.startswith(f"demo: claim 2, {before}: 0 lines, ")


@pytest.mark.system
def test_what_to_fill_in_by_hand_is_wrapped_between_words_on_a_terminal(logbook: DemoLogbook) -> None:
    printed, _ = run_on_a_terminal(logbook, "claim", "create", "2025-10", with_all_streams=True, COLUMNS="80")
    _, _, remark = printed.partition("To fill in by hand")
    lines = remark.splitlines()
    assert len(lines) > 1
    assert all(len(line) <= 80 and line.endswith((",", ".")) for line in lines[1:3])


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (
            ["claim", "create"],
            2,
            "Name the month to claim. The oldest that is due is 2025-09: ladebog claim create 2025-09",
        ),
        (
            ["claim", "create", "2025-09", "--corrections"],
            2,
            "Name a month like 2025-03, or ask for --corrections, and",
        ),
        (["claim", "create", "2025-13"], 2, "Invalid value for '[YYYY-MM]'"),
        (["claim", "create", "2025-09", "--car", "Polo"], 2, "There is no car 'Polo' in this logbook (cars: Golf)."),
        (["claim", "create", "2025-09", "--accept", "1"], 2, "--accept and --reason go together: one reason for all"),
        (["claim", "create", "2025-09", "--reason", "x"], 2, "--accept and --reason go together: one reason for all"),
        (["claim", "create", "2025-11"], 1, "2025-11 of account demo is not closed."),
        (["claim", "create", "2025-10"], 1, "2025-10 is claimed already, by claim 1 of account demo."),
        (["claim", "create", "2025-09", "--account", "work"], 2, "There is no account 'work' in this logbook"),
        (["claim", "reverse", "7", "--reason", "x"], 2, "Account demo has no claim 7."),
        (["claim", "reverse", "1"], 2, "Missing option '--reason'"),
        (["claim", "mark", "7", "paid"], 2, "Account demo has no claim 7."),
        (["claim", "mark", "1", "lost"], 2, "Invalid value for '{sent|approved|paid|rejected}'"),
        (["claim", "mark", "1", "paid", "--date", "2026-01-01"], 2, "Invalid value for --date: 2026-01-01 is in the"),
        (["claim", "show", "7"], 2, "Account demo has no claim 7."),
        (["claim", "attach", "none.pdf"], 2, "Invalid value for FILES: none.pdf is not a file"),
        (["claim", "attach", "--remove", "none.pdf"], 2, "No file none.pdf is waiting for a claim (waiting: none)."),
        (["verify", "none"], 2, "Invalid value for CLAIM_DIR: none is not a folder"),
        (
            ["verify", "/"],
            2,
            "Invalid value for CLAIM_DIR: / is not a claim's folder: it has neither claim.json nor manifest.json",
        ),
        (["verify", "none", "--full"], 2, "--full needs the whole logbook"),
    ],
)
def test_refusals_state_the_fault_and_what_to_do(
    claimed_logbook: DemoLogbook, arguments: list[str], code: int, expected: str
) -> None:
    message, advice = refusal(claimed_logbook.run(*arguments), code)
    assert message.startswith(expected)
    assert advice
    assert len(list((claimed_logbook.paths.claims / "demo").iterdir())) == 1
