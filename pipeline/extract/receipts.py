"""The operator's own receipts of the public sessions on a claim, fetched when it is made."""

import re
from typing import Protocol

from pipeline.claims.attachments import Attached
from pipeline.claims.document import MissingReceipt
from pipeline.errors import UpstreamError
from pipeline.source.reply import Reply

_ENDINGS = {b"%PDF": ".pdf", b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg"}
_OTHER_ENDING = ".html"
_UNSAFE = re.compile(r"[^0-9A-Za-z-]")


class ReceiptSource(Protocol):
    """Who is asked for a receipt."""

    def receipt(self, url: str) -> Reply:
        """Raises UpstreamError for what asking again will not change, TransientError and LoginError otherwise."""


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
