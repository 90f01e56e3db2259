"""Composes a message about causes, for mail and for a webhook."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from pipeline.clock import utc_text
from pipeline.operations.notify.causes import Cause

_LISTED = 20
TEST = Cause(key="trial", text="This is a test message: messages arrive.", command="ladebog status")


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message in the forms that mail and webhook need."""

    subject: str
    text: str
    document: dict[str, Any]  # for a webhook


def compose(causes: Sequence[Cause], now: datetime) -> Message:
    """One message about all causes. If there are many, it lists the first and counts the others."""
    listed_causes = causes[:_LISTED]
    lines = [line for cause in listed_causes for line in (cause.text, f"  Next: {cause.command}")]
    if more := len(causes) - len(listed_causes):
        lines.append(f"And {more} more: ladebog check")
    subject = f"Ladebog: {causes[0].text}" if len(causes) == 1 else f"Ladebog: {len(causes)} things to look at"
    text = "\n".join(lines)
    document = {
        "source": "ladebog",
        "sent_at": utc_text(now),
        "subject": subject,
        "text": text,
        "causes": [{"key": cause.key, "text": cause.text, "next": cause.command} for cause in listed_causes],
        "more": more,
    }
    return Message(subject=subject, text=text, document=document)
