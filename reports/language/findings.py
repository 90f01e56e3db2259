"""The text of a finding in a language, from its sentences and parameters: those of `check_results`."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from pipeline.text import currency_digits
from reports.language.catalogue import translated
from reports.language.formats import Formats

_NAME = re.compile(r"{([^{}]*)}")

Parameter = Mapping[str, str | None]  # its name, kind, value and unit


def finding_text(sentences: Iterable[str], parameters: Iterable[Parameter], formats: Formats) -> str:
    """What is found and what to do: the sentences, with the value of a parameter where they have its {name}."""
    texts = {str(one["name"]): _value(one, formats) for one in parameters}
    filled = (
        _NAME.sub(lambda match: texts.get(match[1], match[0]), translated(sentence, formats.language))
        for sentence in sentences
    )
    return " ".join(filled)


def _value(parameter: Parameter, formats: Formats) -> str:
    """The value as people read it. One that is not of its kind, in a claim that was edited, stays as it is."""
    value = parameter["value"] or ""
    try:
        return _formatted(parameter["kind"], value, parameter["unit"], formats) if value else ""
    except (ValueError, InvalidOperation):
        return value


def _formatted(kind: str | None, value: str, unit: str | None, formats: Formats) -> str:
    match kind:
        case "phrase":
            return translated(value, formats.language)
        case "number":
            return formats.exact(Decimal(value))
        case "amount":
            return f"{formats.money(Decimal(value), currency_digits(str(unit)))} {unit}"
        case "minute":
            return formats.local_minute(datetime.strptime(value, "%Y-%m-%d %H:%M"))  # noqa: DTZ007 (a wall time)
        case "day":
            return formats.day(date.fromisoformat(value))
        case "duration":
            return formats.duration(int(value))
        case _:
            return value
