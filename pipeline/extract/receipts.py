"""The operator's own receipts of the public sessions on a claim, fetched when it is made."""

import re
from collections.abc import Sequence
from typing import Protocol

import duckdb

from pipeline.claims.attachments import Attached
from pipeline.claims.document import Line, MissingReceipt
from pipeline.errors import UpstreamError
from pipeline.source.http import Reply

_ENDINGS = {b"%PDF": ".pdf", b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg"}
_OTHER_ENDING = ".html"
_UNSAFE = re.compile(r"[^0-9A-Za-z-]")

_RECEIPTS = """
    select
        sessions.session_id,
        arg_max(facts.receipt_url, documents.place) as receipt_url
    from sessions
    inner join staging.session_documents as documents using (account, session_id)
    inner join facts.session_facts as facts
        on documents.account = facts.account and documents.document_sha256 = facts.document_sha256
    where
        sessions.account = ?
        and sessions.kind = 'public'
        and facts.receipt_url is not null
        and list_contains(?, sessions.session_id)
    group by sessions.session_id
    order by sessions.session_id
"""


class ReceiptSource(Protocol):
    """Who is asked for a receipt."""

    def receipt(self, url: str) -> Reply:
        """Raises UpstreamError for what asking again will not change, TransientError and LoginError otherwise."""


def addresses(connection: duckdb.DuckDBPyConnection, account: str, lines: Sequence[Line]) -> dict[str, str]:
    """Where the receipts of the sessions that a claim adds energy or money for are, by session."""
    session_ids = sorted({line.session_id for line in lines if line.energy_kwh > 0 or line.amount_incl_tax > 0})
    return dict(connection.execute(_RECEIPTS, [account, session_ids]).fetchall())


def fetch(source: ReceiptSource, urls: dict[str, str]) -> tuple[list[Attached], list[MissingReceipt]]:
    """The receipts, and those that are not to be had. Raises TransientError and LoginError as the source does."""
    attached, missing = [], []
    for session_id, url in urls.items():
        try:
            reply = source.receipt(url)
        except UpstreamError as error:
            missing.append(MissingReceipt(session_id=session_id, why=str(error)))
            continue
        if reply.status == 200 and reply.body:
            name = f"receipt-{_UNSAFE.sub('_', session_id)}{_ending(reply.body)}"
            attached.append(Attached(name, reply.body, session_id))
        else:
            why = f"the operator answered {reply.status}" if reply.status != 200 else "the operator sent an empty one"
            missing.append(MissingReceipt(session_id=session_id, why=why))
    return attached, missing


def _ending(content: bytes) -> str:
    return next((ending for start, ending in _ENDINGS.items() if content.startswith(start)), _OTHER_ENDING)
