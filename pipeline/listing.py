"""A listing and its items, each still as the bytes that it is."""

from typing import NamedTuple

import msgspec

from pipeline.source.app import schema

UNKNOWN_KEY = "unknown"


class Item(NamedTuple):
    """One entry of a listing. `key` is its session's id, or UNKNOWN_KEY where it cannot be told."""

    key: str
    body: memoryview


class _Id(msgspec.Struct):
    id: schema.Text


class _ItemId(msgspec.Struct):
    session: _Id


_history_decoder = msgspec.json.Decoder(schema.HistoryAnswer)
_id_decoder = msgspec.json.Decoder(_ItemId)


def items(body: bytes | memoryview) -> list[Item]:
    """The items of an answer of endpoint `session_history`.

    Raises msgspec.DecodeError where the answer is no listing.
    """
    bodies = [memoryview(item) for item in _history_decoder.decode(body).session_history]
    return [Item(_key(item), item) for item in bodies]


def _key(item: memoryview) -> str:
    try:
        return str(_id_decoder.decode(item).session.id)
    except msgspec.DecodeError:
        return UNKNOWN_KEY
