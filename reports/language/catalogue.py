"""The Danish of texts that are made in English: `da.po`, in the format of gettext."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

from pipeline.settings.schema import Language


def translated(text: str, language: Language) -> str:
    """A text in a language: as it is where that is English, or where there is no Danish of it."""
    return text if language == "en" else danish().get(text, text)


@cache
def danish() -> Mapping[str, str]:
    """The Danish of each English text."""
    from babel.messages.pofile import read_po

    with resources.files("reports").joinpath("language", "da.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}
