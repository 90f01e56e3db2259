"""The files attached to a claim: those of the driver, and the operator's receipts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from pipeline.claims import attachments
from pipeline.claims.document import Claim
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


def attached(claim: Claim) -> list[str]:
    return [file.name for file in claim.attachments]


def test_a_file_is_attached_to_the_next_claim_only(logbook: ClaimedLogbook) -> None:
    logbook.attach("elregning æøå.pdf", _PDF)
    claim = logbook.claim(MARCH)
    assert attached(claim) == ["elregning æøå.pdf"]
    assert (logbook.stored[0].folder / "attachments" / "elregning æøå.pdf").read_bytes() == _PDF
    assert attached(logbook.claim(FEBRUARY)) == []


def test_a_file_for_a_month_is_attached_to_the_claim_of_that_month(logbook: ClaimedLogbook) -> None:
    logbook.attach("marts.pdf", _PDF, month=MARCH)
    assert attached(logbook.claim(FEBRUARY)) == []
    assert attached(logbook.claim(MARCH)) == ["marts.pdf"]


def test_a_file_attached_again_replaces_the_first(logbook: ClaimedLogbook) -> None:
    logbook.attach("el.pdf", b"draft")
    logbook.attach("el.pdf", _PDF)
    assert [file.size for file in logbook.claim(MARCH).attachments] == [len(_PDF)]


def test_the_files_of_a_reversed_claim_are_attached_to_the_next(logbook: ClaimedLogbook) -> None:
    logbook.attach("el.pdf", _PDF)
    logbook.claim(MARCH)
    assert attached(logbook.reverse(1)) == []
    assert attached(logbook.claim(MARCH)) == ["el.pdf"]


def test_an_attached_file_that_was_changed_stops_the_claim(logbook: ClaimedLogbook) -> None:
    logbook.attach("el.pdf", _PDF)
    (stored_file,) = (logbook.paths.journal / "attachments").iterdir()
    stored_file.write_bytes(b"another")
    with pytest.raises(ClaimError, match="was changed after it was attached"):
        logbook.claim(MARCH)
    assert logbook.claims == []


@pytest.fixture
def operator() -> Iterator[Script]:
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


def public(session_id: str, url: str) -> ServedSession:
    return ServedSession(session_id, local(date(2025, 3, int(session_id[:2]) - 70)), kind="public", receipt_url=url)


def test_the_receipt_of_a_public_session_is_fetched_with_the_login(logbook: ClaimedLogbook, operator: Script) -> None:
    operator.responders = [answer(200, _PDF, content_type="application/pdf")]
    claim = claim_with_receipts(logbook, operator, public("81/../1", f"{operator.url}/receipts/81?lang=da"))
    assert [(file.name, file.session_id) for file in claim.attachments] == [("receipt-81____1.pdf", "81/../1")]
    assert (logbook.stored[0].folder / "attachments" / "receipt-81____1.pdf").read_bytes() == _PDF
    (request,) = operator.requests
    assert (request.path, request.headers["authorization"]) == ("/receipts/81?lang=da", f"Bearer {_TOKEN}")


def test_a_receipt_on_another_host_is_not_fetched(logbook: ClaimedLogbook, operator: Script) -> None:
    operator.responders = [answer(200, _PDF, content_type="application/pdf")]
    other = operator.url.replace("127.0.0.1", "localhost")
    claim = claim_with_receipts(
        logbook,
        operator,
        public("81", f"{other}/81"),
        public("82", "file:///etc/passwd"),
        public("83", f"{operator.url}.example.invalid/83"),
        public("84", f"{operator.url}@example.invalid/84"),
    )
    assert (operator.requests, claim.attachments) == ([], ())
    assert [missing.session_id for missing in claim.missing_receipts] == ["81", "82", "83", "84"]
    assert all("Ladebog sends requests to no other host" in missing.why for missing in claim.missing_receipts)


@pytest.mark.parametrize(("status", "why"), [(404, "the operator answered 404"), (302, "answers with a redirect to")])
def test_a_receipt_that_the_operator_does_not_send_is_recorded(
    logbook: ClaimedLogbook, operator: Script, status: int, why: str
) -> None:
    operator.responders = [answer(status, b"", location="https://elsewhere.example.invalid/")]
    claim = claim_with_receipts(logbook, operator, public("81", f"{operator.url}/81"))
    (missing,) = claim.missing_receipts
    assert why in missing.why


def test_no_claim_is_created_while_a_receipt_may_come_later(logbook: ClaimedLogbook, operator: Script) -> None:
    operator.responders = [answer(503, b"")]
    with pytest.raises(UpstreamDownError):
        claim_with_receipts(logbook, operator, public("81", f"{operator.url}/81"))
    assert logbook.claims == []


@pytest.mark.parametrize("broken", [answer(503, b""), raw(b"")])
def test_one_receipt_that_never_comes_does_not_stop_the_claim(
    logbook: ClaimedLogbook, operator: Script, broken: Responder
) -> None:
    def respond(handler: Handler, request: Request) -> None:
        found = {"/81": broken, "/82": answer(200, _PDF)}.get(request.path, json_answer(200, {"data": []}))
        found(handler, request)

    operator.responders = [respond]
    claim = claim_with_receipts(
        logbook, operator, public("81", f"{operator.url}/81"), public("82", f"{operator.url}/82")
    )
    assert [file.session_id for file in claim.attachments] == ["82"]
    (missing,) = claim.missing_receipts
    assert missing.session_id == "81"
    assert "gave no usable answer in 2 tries" in missing.why
