"""A new ladebog.toml, made from the schema: every line of it is valid once its # is removed."""

from pathlib import Path
from typing import get_args

import msgspec

from pipeline.settings import schema
from pipeline.settings.reading import parse_settings
from pipeline.settings.schema import Settings
from pipeline.settings.tables import TABLES, plain_type
from pipeline.settings.template import sample

_ACCOUNT = '[account.home]\nurl = "https://operator.example.invalid"\n'


def uncommented(text: str) -> str:
    """The settings that a sample suggests, without its texts."""
    lines = [line.removeprefix("# ") for line in text.splitlines()]
    return "\n".join(line for line in lines if line.startswith("[") or line.partition(" = ")[0].isidentifier())


def structs_in(struct: type[msgspec.Struct]) -> set[type[msgspec.Struct]]:
    """The structs that the fields of a struct are made of, at any depth."""
    found: set[type[msgspec.Struct]] = set()
    kinds = [plain_type(field.type) for field in msgspec.structs.fields(struct)]
    while kinds:
        kind = kinds.pop()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            found |= {kind} | structs_in(kind)
        kinds.extend(get_args(kind))
    return found


def test_every_setting_that_a_new_file_suggests_is_valid() -> None:
    settings = parse_settings((_ACCOUNT + uncommented(sample())).encode(), Path("ladebog.toml"))
    examples = {table.header: table.examples for table in TABLES}
    assert settings.accounts["home"].reimbursement == examples["[[account.home.reimbursement]]"]
    assert settings.accounts["home"].addition == examples["[[account.home.addition]]"]
    assert settings.accounts["home"].tax_refund == examples["[[account.home.tax_refund]]"]
    assert settings.tax_rates == examples["[[tax_rate]]"]
    assert settings.cars == examples["[[car]]"]
    assert settings.rules == examples["[[rule]]"]
    assert (settings.driver,) == examples["[driver]"]
    assert (settings.employer,) == examples["[employer]"]
    assert (settings.notify.mail,) == examples["[notify.mail]"]
    assert settings.notify.webhook == "https://hooks.example.org/ladebog"


def test_a_new_file_as_it_is_sets_nothing() -> None:
    settings = parse_settings((_ACCOUNT + sample()).encode(), Path("ladebog.toml"))
    assert msgspec.structs.replace(settings, accounts={}) == Settings(accounts={})


def test_every_table_and_every_key_is_described() -> None:
    assert {table.struct for table in TABLES} == structs_in(Settings) - {schema.Demo}
    for table in TABLES:
        nested = {field.name for field in msgspec.structs.fields(table.struct) if structs_in_type(field.type)}
        named = [field.encode_name for field in msgspec.structs.fields(table.struct) if field.name not in nested]
        described = [key.name for key in table.keys]
        assert described == [name for name in named if (table.struct, name) != (schema.Account, "name")]
        assert all(key.meaning for key in table.keys)
        assert table.meaning


def structs_in_type(kind: object) -> bool:
    """Whether a type has a struct among its parts."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return True
    return any(structs_in_type(part) for part in get_args(kind))


def test_no_line_of_a_new_file_is_longer_than_others_allow() -> None:
    assert [line for line in sample().splitlines() if len(line) > 120] == []
