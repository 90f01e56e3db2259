"""Decodes an answer in which optional fields may have values of any kind: such a field counts as not stated.

The answer is decoded as its struct says. Only where that fails, it is decoded field by field: a value that does not fit
is left out of its object or list if that can do without, else the object or list is left out of the one around it.
"""

from collections.abc import Iterable
from functools import cache
from types import UnionType
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin

import msgspec

_T = TypeVar("_T", bound=msgspec.Struct)


class OddField(NamedTuple):
    """A field, or an item of a list, that counts as not stated. `value` is JSON, as sent."""

    path: str  # $.session.powerStats.history[3]
    fault: str
    value: bytes


class _UnfitError(ValueError):
    """A value does not fit its field; the text is its fault and its path."""


_object_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_list_decoder = msgspec.json.Decoder(list[msgspec.Raw])


def decode(body: bytes | memoryview | msgspec.Raw, kind: type[_T]) -> tuple[_T, list[OddField]]:
    """A struct and the fields that had to be left out. Raises msgspec.DecodeError where it cannot do without one."""
    try:
        return _decoder(kind).decode(body), []
    except msgspec.ValidationError as error:
        odd_fields: list[OddField] = []
        try:
            return _part(body, kind, "$", odd_fields), odd_fields
        except _UnfitError as fault:
            raise msgspec.ValidationError(str(fault)) from error


def _part(body: Any, kind: Any, path: str, odd_fields: list[OddField]) -> Any:
    try:
        return _decoder(kind).decode(body)
    except msgspec.ValidationError as error:
        struct, item = _struct_of(kind), _item_of(kind)
        start = bytes(body).lstrip()[:1]
        if struct and start == b"{":
            return _struct(body, struct, path, odd_fields)
        if item and start == b"[":
            return _items(body, item, path, odd_fields)
        expected = str(error).replace(" | null`", "`")
        raise _UnfitError(f"{expected} - at `{path}`") from None


def _struct(body: Any, kind: type[msgspec.Struct], path: str, odd_fields: list[OddField]) -> msgspec.Struct:
    sent = _object_decoder.decode(body)
    values = {}
    for field in msgspec.structs.fields(kind):
        name = field.encode_name
        if name not in sent:
            if field.required:
                raise _UnfitError(f"Object missing required field `{name}` - at `{path}`")
            continue
        found: list[OddField] = []
        try:
            values[field.name] = _part(sent[name], field.type, f"{path}.{name}", found)
        except _UnfitError as fault:
            if field.required:
                raise
            found = [OddField(f"{path}.{name}", str(fault), bytes(sent[name]))]
        odd_fields += found
    return kind(**values)


def _items(body: Any, kind: Any, path: str, odd_fields: list[OddField]) -> list[Any]:
    items = []
    for place, item in enumerate(_list_decoder.decode(body)):
        found: list[OddField] = []
        try:
            items.append(_part(item, kind, f"{path}[{place}]", found))
        except _UnfitError as fault:
            found = [OddField(f"{path}[{place}]", str(fault), bytes(item))]
        odd_fields += found
    return items


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind, strict=False)


def _struct_of(kind: Any) -> type[msgspec.Struct] | None:
    return next((one for one in _choices(kind) if isinstance(one, type) and issubclass(one, msgspec.Struct)), None)


def _item_of(kind: Any) -> Any:
    return next((get_args(one)[0] for one in _choices(kind) if get_origin(one) is list), None)


def _choices(kind: Any) -> Iterable[Any]:
    return get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
