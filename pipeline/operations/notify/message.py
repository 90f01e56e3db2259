"""Composes a message about causes, for mail and for a webhook."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from pipeline.clock import utc_text
from pipeline.command_line import as_typed
from pipeline.operations.notify.causes import Cause
from pipeline.text import one_line

_LISTED = 20
_LONGEST = 2_000  # characters of a cause
TEST = Cause(key="trial", text="This is a test message: messages arrive.", command="ladebog status")


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message in the forms that mail and webhook need."""

    subject: str
    text: str
    document: dict[str, Any]  # for a webhook


def compose(causes: Sequence[Cause], now: datetime) -> Message:
    """One message about all causes. If there are many, it lists the first and counts the others."""
    listed_causes = causes[:_LISTED]
    lines = [
        line
        for cause in listed_causes
        for line in (one_line(cause.text, _LONGEST), f"  Next: {as_typed(cause.command)}")
    ]
    if more := len(causes) - len(listed_causes):
        lines.append(f"And {more} more: {as_typed('ladebog check')}")
    subject = (
        f"Ladebog: {one_line(causes[0].text)}" if len(causes) == 1 else f"Ladebog: {len(causes)} things to look at"
    )
    text = "\n".join(lines)
    document = {
        "source": "ladebog",
        "sent_at": utc_text(now),
        "subject": subject,
        "text": text,
        "causes": [
            {"key": cause.key, "text": one_line(cause.text, _LONGEST), "next": as_typed(cause.command)}
            for cause in listed_causes
        ],
        "more": more,
    }
    return Message(subject=subject, text=text, document=document)
