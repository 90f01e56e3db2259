"""The texts of findings in Danish and English."""

import re
from collections.abc import Iterator
from itertools import product

import pytest
import sqlglot
from sqlglot import exp

from pipeline.database import models
from pipeline.settings.schema import Language
from reports.language.catalogue import danish
from reports.language.findings import finding_text
from reports.language.formats import Formats

_NAME = re.compile(r"{[^{}]*}")


def possible_texts(expression: exp.Expression) -> list[str]:
    """The texts that an expression of literals, concatenations and cases can have."""
    match expression:
        case exp.Literal():
            return [expression.this]
        case exp.DPipe():
            both = product(possible_texts(expression.left), possible_texts(expression.right))
            return [before + after for before, after in both]
        case exp.Case():
            branches = [branch.args["true"] for branch in expression.args["ifs"]]
            default = expression.args.get("default")
            return [text for branch in [*branches, *([default] if default else [])] for text in possible_texts(branch)]
        case _:
            pytest.fail(f"not a text of its own: {expression.sql()}")


def sentences(check: models.Model) -> Iterator[str]:
    """All sentences that a check's findings can have."""
    tree = sqlglot.parse_one(check.statement, dialect="duckdb")
    [found] = [alias.this for alias in tree.find_all(exp.Alias) if alias.alias == "sentences"]
    for sentence in found.expressions:
        yield from possible_texts(sentence)


SENTENCES = sorted({sentence for check in models.checks() for sentence in sentences(check)})


@pytest.mark.parametrize("sentence", SENTENCES)
def test_each_sentence_is_in_the_catalogue_with_the_same_parameters(sentence: str) -> None:
    assert sorted(_NAME.findall(sentence)) == sorted(_NAME.findall(danish()[sentence]))


def test_the_catalogue_has_no_sentence_that_no_check_has() -> None:
    phrases = {"overbilled", "underbilled", "the last database"}
    assert danish().keys() - set(SENTENCES) == phrases


def parameter(name: str, kind: str, value: str | None, unit: str | None = None) -> dict[str, str | None]:
    return {"name": name, "kind": kind, "value": value, "unit": unit}


PARAMETERS = [
    parameter("bill", "amount", "-1234.500000", "DKK"),
    parameter("yen", "amount", "1960", "JPY"),
    parameter("energy", "number", "1234.567"),
    parameter("start", "minute", "2025-03-30 16:36"),
    parameter("day", "day", "2025-03-30"),
    parameter("lasted", "duration", "7500000000"),
    parameter("verdict", "phrase", "overbilled"),
    parameter("other", "text", "{bill} of the <b>"),
    parameter("missing", "day", None),
]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("da", "−1.234,50 DKK 1.960 JPY 1.234,567 30.03.2025 16.36 30.03.2025 2:05\u00a0t. for højt afregnet"),
        ("en", "−1,234.50 DKK 1,960 JPY 1,234.567 30/03/2025 16:36 30/03/2025 2:05\u00a0h overbilled"),
    ],
    ids=["da", "en"],
)
def test_a_value_is_written_as_its_kind_and_the_language_ask(language: Language, text: str) -> None:
    sentences = ["{bill} {yen} {energy} {start} {day} {lasted} {verdict}", "{other}|{missing}"]
    written = finding_text(sentences, PARAMETERS, Formats(language, "Europe/Copenhagen"))
    assert written == f"{text} {{bill}} of the <b>|"


def test_a_sentence_without_danish_stays_english() -> None:
    """Findings of a newer or older Ladebog can have sentences that are in no catalogue here."""
    assert finding_text(["Nobody wrote {it}."], [parameter("it", "text", "this")], Formats("da", "UTC")) == (
        "Nobody wrote this."
    )
