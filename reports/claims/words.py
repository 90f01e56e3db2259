"""The texts of one claim in its language."""

from collections.abc import Mapping
from typing import ClassVar

from pipeline.claims.document import Claim
from pipeline.settings.schema import Language
from reports.claims import danish, english
from reports.language.formats import Formats


class Words(Formats):
    """The texts of one claim in its language; its numbers, days and times in that language's format."""

    texts: ClassVar[Mapping[Language, Mapping[str, str]]] = {"da": danish.TEXTS, "en": english.TEXTS}

    @classmethod
    def of(cls, claim: Claim) -> "Words":
        """The texts for a claim: in its own language, with times in its account's zone."""
        return cls(claim.language, claim.timezone)

    def text(self, key: str, /, **values: object) -> str:
        """The text of a key, with its placeholders filled from `values`. Raises KeyError for an unknown key."""
        return self.texts[self.language][key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is a text of that key."""
        return key in self.texts[self.language]

    def kind(self, kind: str) -> str:
        """`privat`: the text of a session's kind; one that only the operator knows as it is."""
        key = f"kind.{kind}"
        return self.text(key) if self.has(key) else kind
