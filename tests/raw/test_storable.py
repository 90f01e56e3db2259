r"""An answer in one line of raw/: the operator's bytes, except for line breaks and unpaired surrogates.

Hypothesis generates JSON text rather than values, so that all notations of a string are tested: `é` and `\u00e9`.
"""

import json
import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.raw.answer import Answer, Endpoint
from pipeline.raw.body import DEEPEST, read_json, storable
from pipeline.raw.lines import RawLine, RunRecord, read_lines
from pipeline.raw.segments import SegmentWriter

MOMENT = datetime(2025, 3, 30, 14, 36, 38, tzinfo=UTC)
COLUMNS = "{'key': 'varchar', 'sha256': 'varchar', 'body': 'json'}"

# Pieces of a JSON string. An odd number of backslashes before the escape `\ud83d` makes it plain text.
PIECES = st.sampled_from(
    [
        "a",
        "æøå",
        "🚗",
        r"\"",
        r"\\",
        r"\\\\",
        r"\/",
        r"\n",
        r"\u00e6",
        r"\u0041",
        r"\ud83d",
        r"\uD83D",
        r"\ude97",
        r"\uDE97",
        r"\ud83d\ude97",
        r"\\ud83d",
        r"\\\ud83d",
        r"\\\\ud83d",
        "ud83d",
    ]
)
STRINGS = st.lists(PIECES, max_size=6).map(lambda pieces: '"' + "".join(pieces) + '"')
GAPS = st.sampled_from(["", " ", "\n", "\r\n", "\r", "\t\n  "])
NUMBERS = st.sampled_from(["0", "-1.50", "7.0E-5", "19.60385", "123456789012345678.123456789012345678"])


def objects(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    members = st.lists(st.tuples(GAPS, STRINGS, GAPS, values, GAPS), max_size=3)
    return members.map(lambda found: "{" + ",".join(f"{a}{k}{b}:{b}{v}{c}" for a, k, b, v, c in found) + "}")


def arrays(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    members = st.lists(st.tuples(GAPS, values, GAPS), max_size=3)
    return members.map(lambda found: "[" + ",".join(f"{a}{v}{b}" for a, v, b in found) + "]")


VALUES = st.recursive(
    STRINGS | NUMBERS | st.sampled_from(["true", "null"]), lambda inner: objects(inner) | arrays(inner), max_leaves=6
)
BODIES = st.tuples(GAPS, objects(VALUES), GAPS).map("".join).map(str.encode)


def parsed(body: bytes) -> object:
    """A JSON value, its objects as pairs, so that no duplicate key is lost."""
    return json.loads(body, object_pairs_hook=tuple)


def without_surrogates(value: object) -> object:
    """A parsed value, each unpaired surrogate replaced by U+FFFD."""
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, list | tuple):
        return type(value)(without_surrogates(inner) for inner in value)
    return value


def answer(body: bytes) -> Answer:
    return Answer(
        account="home",
        endpoint=Endpoint.SESSION,
        key="1",
        fetched_at=MOMENT,
        url="https://x.invalid/",
        status=200,
        trace_id="t",
        body=body,
    )


def write_segment(folder: Path, bodies: list[bytes]) -> Path:
    record = RunRecord(run_id="abcd", command="extract", version="0", started_at=MOMENT)
    with SegmentWriter.begin(folder / "home", record) as writer:
        for body in bodies:
            writer.append(RawLine.of(answer(body)))
        return writer.finish(MOMENT)


@pytest.mark.system
@given(BODIES)
@settings(max_examples=300, deadline=None)
def test_the_stored_body_is_one_line_of_the_same_json(body: bytes) -> None:
    stored, edited = storable(body)
    assert b"\n" not in stored and b"\r" not in stored
    assert without_surrogates(parsed(body)) == parsed(stored)
    msgspec.json.decode(stored)
    assert storable(stored) == (stored, None)
    assert (edited is None) == (stored == body)


@given(st.lists(BODIES, min_size=20, max_size=40))
@settings(max_examples=8, deadline=None)
def test_duckdb_reads_every_body_from_the_segment_file(bodies: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        segment = write_segment(Path(folder), bodies)
        query = f"select body, sha256 from read_json('{segment}', format = 'newline_delimited', columns = {COLUMNS})"  # noqa: S608
        *found, _ = connection.execute(query).fetchall()
    expected = [(json.loads(storable(body)[0]), RawLine.of(answer(body)).sha256) for body in bodies]
    assert expected == [(json.loads(body), sha256) for body, sha256 in found]


@pytest.mark.parametrize(
    ("body", "stored", "edited"),
    [
        (b'{"a": 1}', b'{"a": 1}', None),
        (b'{\r\n"a":\n1}', b'{  "a": 1}', "line breaks"),
        (rb'["\n"]', rb'["\n"]', None),
        (rb'["\ud83d\ude97"]', rb'["\ud83d\ude97"]', None),
        (rb'["\ud83d"]', rb'["\ufffd"]', "unpaired surrogates"),
        (rb'["\uDE97\uD83D"]', rb'["\ufffd\ufffd"]', "unpaired surrogates"),
        (rb'["\ud83d\ud83d\ude97"]', rb'["\ufffd\ud83d\ude97"]', "unpaired surrogates"),
        (rb'["\\ud83d"]', rb'["\\ud83d"]', None),
        (rb'["\\\ud83d"]', rb'["\\\ufffd"]', "unpaired surrogates"),
        (rb'["\\\\ud83d"]', rb'["\\\\ud83d"]', None),
        (rb'["\\\\\ud83d"]', rb'["\\\\\ufffd"]', "unpaired surrogates"),
        (rb'["\\ud83d\ude97"]', rb'["\\ud83d\ufffd"]', "unpaired surrogates"),
        (b'[\n"\\udbff"]', b'[ "\\ufffd"]', "line breaks and unpaired surrogates"),
    ],
)
def test_line_breaks_and_unpaired_surrogates_are_replaced(body: bytes, stored: bytes, edited: str | None) -> None:
    assert (stored, edited) == storable(body)


DEEP = b"[" * DEEPEST + b"%s" + b"]" * DEEPEST


@pytest.mark.parametrize(
    ("body", "stored", "edited"),
    [
        (b'["bl\xe5"]', '["bl\ufffd"]'.encode(), "bytes that are not UTF-8"),
        (b'["\xf0\x9f\x9a"]', '["\ufffd"]'.encode(), "bytes that are not UTF-8"),
        (b"\xef\xbb\xbf[1]", b"[1]", "space around it"),
        (DEEP % b"", DEEP % b"", None),
        (DEEP % b"[]", DEEP % b"null", "values nested too deeply"),
        (DEEP % b'1,{"a":[[]],"b":"]"},"[",[2],3', DEEP % b'1,null,"[",null,3', "values nested too deeply"),
        (DEEP % (b"[" * 100_000 + b"]" * 100_000), DEEP % b"null", "values nested too deeply"),
        (b'["' + b"[" * 1_000 + rb"\"" + b'"]', b'["' + b"[" * 1_000 + rb"\"" + b'"]', None),
    ],
)
def test_what_readers_of_json_reject_is_replaced(body: bytes, stored: bytes, edited: str | None) -> None:
    assert (stored, edited) == storable(body)
    json.loads(stored)


@pytest.mark.parametrize("number", [b"1" * 5_000, b"-" + b"1" * 5_000, b"1." + b"1" * 5_000, b"1e999", b"1e-999"])
def test_a_number_of_any_size_is_accepted_and_read_back(tmp_path: Path, number: bytes) -> None:
    body = b'{"a": %s, "b": "x"}' % number
    assert read_json(body)["b"] == "x"
    assert next(bytes(line.body) for line, _ in read_lines(write_segment(tmp_path, [body]))) == body


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1,]", b"[NaN]", b"[Infinity]", b"[01]", b'["\x01"]', rb'["\x"]', b"[" * 100_000, b"[]]", b"<html>"],
)
def test_what_is_not_json_is_never_stored(body: bytes) -> None:
    for judge in (storable, read_json, lambda body: RawLine.of(answer(body))):
        with pytest.raises(ValueError, match=r".+"):
            judge(body)


@pytest.mark.system
@given(st.binary(max_size=40) | BODIES.map(lambda body: body[: len(body) * 2 // 3]))
@settings(max_examples=300, deadline=None)
def test_whatever_is_accepted_is_stored_read_and_decoded(body: bytes) -> None:
    try:
        line = RawLine.of(answer(body))
    except ValueError:
        return
    assert msgspec.json.decode(line.encoded(), type=RawLine).body == line.body
    read_json(bytes(line.body))


def test_the_line_records_what_was_edited(tmp_path: Path) -> None:
    segment = write_segment(tmp_path, [b'{"a":1}', b'{"a":\n1}', rb'{"a":"\ud800"}'])
    expected = [None, "line breaks", "unpaired surrogates", None]
    assert expected == [line.edited for line, _ in read_lines(segment)]
