"""Fetches the operator's receipts for the public sessions of a claim."""

import re

from pipeline.claims.attachments import AttachedFile
from pipeline.claims.document import MissingReceipt
from pipeline.errors import UpstreamDownError, UpstreamError
from pipeline.extract.left import LeftForNextRun
from pipeline.source.app.client import AppApi
from pipeline.text import one_line

_ENDINGS = {b"%PDF": ".pdf", b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg"}
_OTHER_ENDING = ".html"
_UNSAFE = re.compile(r"[^0-9A-Za-z-]")


def fetch_receipts(api: AppApi, urls: dict[str, str]) -> tuple[list[AttachedFile], list[MissingReceipt]]:
    """The receipts at URLs by session id, and those that the operator does not send.

    Raises LoginError, and UpstreamDownError if the operator sends nothing at all, so that a later try may get them.
    """
    files, missing_receipts = [], []
    left = LeftForNextRun(api.charge_points)
    for session_id, url in urls.items():
        try:
            reply = api.receipt(url)
        except UpstreamError as error:
            missing_receipts.append(MissingReceipt(session_id=session_id, why=str(error)))
            continue
        except UpstreamDownError as error:
            left.add(f"The receipt of session {one_line(session_id)}", error)
            missing_receipts.append(MissingReceipt(session_id=session_id, why=str(error)))
            continue
        if reply.status == 200 and reply.body:
            name = f"receipt-{_UNSAFE.sub('_', session_id)}{_ending(reply.body)}"
            files.append(AttachedFile(name, reply.body, session_id))
        else:
            why = "the operator sent an empty file" if reply.status == 200 else f"the operator answered {reply.status}"
            missing_receipts.append(MissingReceipt(session_id=session_id, why=why))
    return files, missing_receipts


def _ending(content: bytes) -> str:
    return next((ending for start, ending in _ENDINGS.items() if content.startswith(start)), _OTHER_ENDING)
