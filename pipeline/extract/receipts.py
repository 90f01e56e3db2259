"""Fetches the operator's receipts for the public sessions of a claim."""

import re
from collections.abc import Set
from itertools import chain, count

from pipeline.claims.attachments import AttachedFile, file_key
from pipeline.claims.document import MissingReceipt
from pipeline.errors import UpstreamDownError, UpstreamError
from pipeline.extract.left_for_next_run import LeftForNextRun
from pipeline.source.app.client import AppApi
from pipeline.text import one_line

_ENDINGS = {b"%PDF": ".pdf", b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg"}
_OTHER_ENDING = ".html"
_UNSAFE = re.compile(r"[^0-9A-Za-z-]")
_LONGEST_ID = 100  # characters of it in a name


def fetch_receipts(api: AppApi, urls: dict[str, str]) -> tuple[list[AttachedFile], list[MissingReceipt]]:
    """The receipts at URLs by session id, and those that the operator does not send.

    Raises LoginError, and UpstreamDownError if the operator sends nothing at all, so that a later try may get them.
    """
    files: list[AttachedFile] = []
    missing_receipts: list[MissingReceipt] = []
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
            names = {file_key(file.name) for file in files}
            files.append(AttachedFile(_name(session_id, _ending(reply.body), names), reply.body, session_id))
        else:
            why = "the operator sent an empty file" if reply.status == 200 else f"the operator answered {reply.status}"
            missing_receipts.append(MissingReceipt(session_id=session_id, why=why))
    return files, missing_receipts


def _name(session_id: str, ending: str, taken: Set[str]) -> str:
    """The name of a receipt's file: several ids may have the same letters and digits, or differ only in case."""
    stem = f"receipt-{_UNSAFE.sub('_', session_id)[:_LONGEST_ID]}"
    names = (f"{stem}{number}{ending}" for number in chain([""], (f"-{place}" for place in count(2))))
    return next(name for name in names if file_key(name) not in taken)


def _ending(content: bytes) -> str:
    return next((ending for start, ending in _ENDINGS.items() if content.startswith(start)), _OTHER_ENDING)
