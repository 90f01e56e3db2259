"""The files attached to a claim: those of the driver, and the operator's receipts."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stderr
from datetime import date
from pathlib import Path

import pytest

from pipeline.claims import attachments
from pipeline.claims.document import Claim
from pipeline.cli.context import Context
from pipeline.cli.main import run
from pipeline.command_line import quoted
from pipeline.errors import ClaimError, UpstreamDownError
from pipeline.extract import receipts
from pipeline.settings.schema import Account, Source
from pipeline.source.app.client import AppApi
from pipeline.source.credentials.secret import Secret
from pipeline.source.credentials.store import MemoryCredentials
from tests.scenarios.claimed_logbook import FEBRUARY, MARCH, ClaimedLogbook, ServedSession, local
from tests.source.loopback import (
    Handler,
    RecordingClock,
    Request,
    Responder,
    Script,
    answer,
    json_answer,
    raw,
    serving,
)

pytestmark = pytest.mark.system

_TOKEN = "some-token"
_PDF = b"%PDF-1.7 a receipt"


@pytest.fixture
def logbook(tmp_path: Path) -> ClaimedLogbook:
    logbook = ClaimedLogbook.begin(tmp_path / "logbook")
    logbook.extract(ServedSession("1", local(date(2025, 3, 5))), months=(FEBRUARY,))
    return logbook


def attachment_names(claim: Claim) -> list[str]:
    return [file.name for file in claim.attachments]


def test_the_finding_about_a_foreign_bill_ends_with_an_attachment_on_its_claim(logbook: ClaimedLogbook) -> None:
    query = "select session_id from check_results where rule = 'foreign_currency'"
    logbook.extract(ServedSession("2", local(date(2025, 3, 6)), currency="EUR"))
    logbook.claim(MARCH)
    assert logbook.rows(query) == [("2",)]
    logbook.reverse(1)
    logbook.attach("receipt.pdf", _PDF)
    logbook.update()
    assert logbook.rows(query) == [("2",)]
    assert attachment_names(logbook.claim(MARCH)) == ["receipt.pdf"]
    assert logbook.rows(query) == []
    logbook.reverse(3)
    assert logbook.rows(query) == [("2",)]


def test_a_file_is_attached_to_the_next_claim_only(logbook: ClaimedLogbook) -> None:
    logbook.attach("elregning æøå.pdf", _PDF)
    claim = logbook.claim(MARCH)
    assert attachment_names(claim) == ["elregning æøå.pdf"]
    assert (logbook.stored[0].folder / "attachments" / "elregning æøå.pdf").read_bytes() == _PDF
    assert attachment_names(logbook.claim(FEBRUARY)) == []


def test_a_file_for_a_month_is_attached_to_the_claim_of_that_month(logbook: ClaimedLogbook) -> None:
    logbook.attach("marts.pdf", _PDF, month=MARCH)
    assert attachment_names(logbook.claim(FEBRUARY)) == []
    assert attachment_names(logbook.claim(MARCH)) == ["marts.pdf"]


def test_a_file_attached_again_replaces_the_first(logbook: ClaimedLogbook) -> None:
    logbook.attach("el.pdf", b"draft")
    logbook.attach("el.pdf", _PDF)
    assert [file.size for file in logbook.claim(MARCH).attachments] == [len(_PDF)]


@pytest.mark.parametrize("other", [b"another", _PDF], ids=["another content", "the same content"])
def test_files_of_one_name_are_attached_to_the_claims_of_their_months(logbook: ClaimedLogbook, other: bytes) -> None:
    logbook.attach("el.pdf", other, month=FEBRUARY)
    logbook.attach("el.pdf", _PDF, month=MARCH)
    for month, content in ((FEBRUARY, other), (MARCH, _PDF)):
        assert [file.size for file in logbook.claim(month).attachments] == [len(content)]


def test_the_files_of_a_reversed_claim_are_attached_to_the_next(logbook: ClaimedLogbook) -> None:
    logbook.attach("el.pdf", _PDF)
    logbook.claim(MARCH)
    assert attachment_names(logbook.reverse(1)) == []
    assert attachment_names(logbook.claim(MARCH)) == ["el.pdf"]


def test_an_attached_file_that_was_changed_stops_the_claim(logbook: ClaimedLogbook) -> None:
    logbook.attach("el.pdf", _PDF)
    (stored_file,) = (logbook.paths.journal / "attachments").iterdir()
    stored_file.write_bytes(b"another")
    with pytest.raises(ClaimError, match="was changed after it was attached"):
        logbook.claim(MARCH)
    assert logbook.claims == []


def attach(logbook: ClaimedLogbook, *files: Path) -> tuple[int, str]:
    """Run `ladebog claim attach`; returns its exit code and errors."""
    errors = io.StringIO()
    with redirect_stderr(errors):
        code = run(["--home", str(logbook.root), "claim", "attach", *map(str, files)], Context(logbook))
    return code, errors.getvalue()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        *(
            (name, "is one that Windows reserves for a device")
            for name in ("CON", "aux.pdf", "Com1.tar.gz", "nul .txt")
        ),
        *((name, "is one that Windows reserves for a device") for name in ("lpt².pdf", "CONOUT$")),
        *((f"a{sign}b.pdf", f"contains {sign}, which Windows does not allow") for sign in '<>:"\\|?*'),
        *((name, "ends in a dot or a space, which Windows removes") for name in ("bill.", "bill ", "bill.pdf. ")),
        *((f"a{sign}b", "contains characters that cannot be printed") for sign in ("\n", "\x1b", "\u202e", "\x7f")),
    ],
)
def test_a_name_that_cannot_exist_on_other_computers_is_refused(
    logbook: ClaimedLogbook, tmp_path: Path, name: str, why: str
) -> None:
    (tmp_path / name).write_bytes(_PDF)
    code, errors = attach(logbook, tmp_path / name)
    assert code == 2
    assert f"{why}. Rename the file first" in errors
    assert logbook.journal.entries == []
    assert not (logbook.paths.journal / "attachments").exists()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("El.pdf", "el.PDF"),
        ("el.PDF", "El.pdf"),
        ("\u00e5.pdf", "a\u030a.pdf"),
        ("STRASSE", "straße"),
        ("\u00c5", "a\u030a"),
    ],
)
def test_a_name_that_another_computer_takes_for_that_of_a_waiting_file_is_refused(
    logbook: ClaimedLogbook, tmp_path: Path, first: str, second: str
) -> None:
    for name in (first, second):
        (tmp_path / name).write_bytes(_PDF)
    code, errors = attach(logbook, tmp_path / first, tmp_path / second)
    assert (code, logbook.journal.entries) == (2, [])
    assert "--remove" not in errors
    assert attach(logbook, tmp_path / first) == (0, "")
    code, errors = attach(logbook, tmp_path / second)
    assert code == 2
    assert "on some computers. Rename one of them" in errors
    assert f"--remove {quoted(first)}" in errors
    assert [entry.fields["name"] for entry in logbook.journal.entries] == [first]
    assert attach(logbook, tmp_path / first) == (0, "")


def test_two_files_of_one_name_in_one_command_are_refused(logbook: ClaimedLogbook, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "bill.pdf").write_bytes(folder.encode())
    code, errors = attach(logbook, tmp_path / "a" / "bill.pdf", tmp_path / "b" / "bill.pdf")
    assert code == 2
    assert "the name 'bill.pdf' is that of two files. Rename one of them" in errors
    assert logbook.journal.entries == []


def test_a_hidden_name_is_accepted(logbook: ClaimedLogbook, tmp_path: Path) -> None:
    (tmp_path / ".scan.pdf").write_bytes(_PDF)
    assert attach(logbook, tmp_path / ".scan.pdf") == (0, "")
    assert attachment_names(logbook.claim(MARCH)) == [".scan.pdf"]


def test_files_with_one_name_on_some_computers_stop_the_claim(logbook: ClaimedLogbook) -> None:
    logbook.attach("El.pdf", _PDF)
    logbook.attach("el.pdf", _PDF)
    with pytest.raises(ClaimError, match="Two files to attach to the claim are called"):
        logbook.claim(MARCH)


@pytest.fixture
def script() -> Iterator[Script]:
    with serving() as script:
        yield script


def claim_with_receipts(logbook: ClaimedLogbook, script: Script, *sessions: ServedSession) -> Claim:
    """Claim March; the operator answers as scripted."""
    logbook.extract(*sessions)
    account = Account(name="home", url=script.url)
    credentials = MemoryCredentials()
    credentials.write(account, Secret(token=_TOKEN))
    source = Source(requests_per_second=1000, attempts=2)
    with logbook.open() as (drafter, _):
        draft = drafter.month(MARCH, None, {})
        urls = attachments.receipt_urls(drafter.connection, "home", draft.lines)
        with AppApi(account, source, credentials, RecordingClock()) as api:
            files, missing = receipts.fetch_receipts(api, urls)
        return logbook.store(draft, files, missing)


def public_session(session_id: str, url: str) -> ServedSession:
    """A public session in March. Its day is the number at the start of its id, less 70."""
    return ServedSession(session_id, local(date(2025, 3, int(session_id[:2]) - 70)), kind="public", receipt_url=url)


def test_the_receipt_of_a_public_session_is_fetched_with_the_login(logbook: ClaimedLogbook, script: Script) -> None:
    script.responders = [answer(200, _PDF, content_type="application/pdf")]
    claim = claim_with_receipts(logbook, script, public_session("81/../1", f"{script.url}/receipts/81?lang=da"))
    assert [(file.name, file.session_id) for file in claim.attachments] == [("receipt-81____1.pdf", "81/../1")]
    assert (logbook.stored[0].folder / "attachments" / "receipt-81____1.pdf").read_bytes() == _PDF
    (request,) = script.requests
    assert (request.path, request.headers["authorization"]) == ("/receipts/81?lang=da", f"Bearer {_TOKEN}")


def test_receipts_of_similar_session_ids_have_different_names(logbook: ClaimedLogbook, script: Script) -> None:
    script.responders = [answer(200, _PDF, content_type="application/pdf")]
    ids = ("81:1", "81.1", "81a", "81A", "81" + "9" * 300)
    sessions = [
        ServedSession(session_id, local(date(2025, 3, day)), kind="public", receipt_url=f"{script.url}/r")
        for day, session_id in enumerate(ids, start=10)
    ]
    claim = claim_with_receipts(logbook, script, *sessions)
    names = [file.name for file in claim.attachments]
    assert len({name.casefold() for name in names}) == 5
    assert max(map(len, names)) < 130
    assert {file.session_id for file in claim.attachments} == set(ids)


def test_a_receipt_on_another_host_is_not_fetched(logbook: ClaimedLogbook, script: Script) -> None:
    script.responders = [answer(200, _PDF, content_type="application/pdf")]
    other = script.url.replace("127.0.0.1", "localhost")
    claim = claim_with_receipts(
        logbook,
        script,
        public_session("81", f"{other}/81"),
        public_session("82", "file:///etc/passwd"),
        public_session("83", f"{script.url}.example.invalid/83"),
        public_session("84", f"{script.url}@example.invalid/84"),
    )
    assert (script.requests, claim.attachments) == ([], ())
    assert [missing.session_id for missing in claim.missing_receipts] == ["81", "82", "83", "84"]
    assert all("Ladebog sends requests to no other host" in missing.why for missing in claim.missing_receipts)


@pytest.mark.parametrize(("status", "why"), [(404, "the operator answered 404"), (302, "answers with a redirect to")])
def test_a_receipt_that_the_operator_does_not_send_is_recorded(
    logbook: ClaimedLogbook, script: Script, status: int, why: str
) -> None:
    script.responders = [answer(status, b"", location="https://elsewhere.example.invalid/")]
    claim = claim_with_receipts(logbook, script, public_session("81", f"{script.url}/81"))
    (missing,) = claim.missing_receipts
    assert why in missing.why


def test_no_claim_is_created_while_a_receipt_may_come_later(logbook: ClaimedLogbook, script: Script) -> None:
    script.responders = [answer(503, b"")]
    with pytest.raises(UpstreamDownError):
        claim_with_receipts(logbook, script, public_session("81", f"{script.url}/81"))
    assert logbook.claims == []


@pytest.mark.parametrize("broken", [answer(503, b""), raw(b"")])
def test_one_receipt_that_never_comes_does_not_stop_the_claim(
    logbook: ClaimedLogbook, script: Script, broken: Responder
) -> None:
    def respond(handler: Handler, request: Request) -> None:
        found = {"/81": broken, "/82": answer(200, _PDF)}.get(request.path, json_answer(200, {"data": []}))
        found(handler, request)

    script.responders = [respond]
    claim = claim_with_receipts(
        logbook, script, public_session("81", f"{script.url}/81"), public_session("82", f"{script.url}/82")
    )
    assert [file.session_id for file in claim.attachments] == ["82"]
    (missing,) = claim.missing_receipts
    assert missing.session_id == "81"
    assert "gave no usable answer in 2 tries" in missing.why
