"""Tables as lines: what fits a width, what is wrapped, what is left out, and what becomes a record."""

from datetime import date
from decimal import Decimal

import pytest

from pipeline.cli.table import table_lines
from pipeline.cli.wrapping import display_width, wrapped, wrapped_before, wrapped_name

_NAMES = ("session_id", "month", "energy_kwh", "amount_incl_tax", "note")
_ROWS = [
    ("713806", date(2025, 10, 1), Decimal("63.086"), Decimal("89.81"), "the van was in the garage that whole week"),
    ("721595", date(2025, 11, 1), Decimal("7.100"), None, None),
]
_EXPENDABLE = ("note", "month", "amount_incl_tax")


def lines(width: int | None, expendable: tuple[str, ...] = _EXPENDABLE) -> str:
    return "\n".join(["", *table_lines(_NAMES, _ROWS, width=width, expendable=expendable), ""])


def test_without_a_width_each_row_is_one_line() -> None:
    assert (
        lines(None)
        == """
session_id  month       energy_kwh  amount_incl_tax  note
713806      2025-10-01      63.086            89.81  the van was in the garage that whole week
721595      2025-11-01       7.100                -  -
"""
    )


def test_names_and_texts_are_wrapped_between_words() -> None:
    assert (
        lines(72)
        == """
                                    amount_
                                      incl_
session_id  month       energy_kwh      tax  note
713806      2025-10-01      63.086    89.81  the van was in the garage
                                             that whole week
721595      2025-11-01       7.100        -  -
"""
    )


def test_the_least_important_columns_are_left_out_and_named() -> None:
    assert (
        lines(40)
        == """
                                 amount_
                        energy_    incl_
session_id  month           kwh      tax
713806      2025-10-01   63.086    89.81
721595      2025-11-01    7.100        -
Not shown, for lack of room: note. To
see them: --wide, or a wider terminal
"""
    )


def test_of_two_columns_of_which_one_fits_the_more_important_is_shown() -> None:
    shown = table_lines(
        ("id", "b", "a"), [(1, "x" * 20, "y" * 20), (2, "z" * 20, "w" * 20)], width=26, expendable=("b", "a")
    )
    assert shown[0].split() == ["id", "a"]


def test_a_column_that_has_one_value_is_named_with_it() -> None:
    rows = [("713806", "home", "DKK", ""), ("721595", "home", "EUR", "")]
    names = ("session_id", "account", "currency", "note")
    text = " ".join(table_lines(names, rows, width=12, expendable=("account", "currency", "note"))[3:])
    assert text.startswith("Not shown, for lack of room: account (home), currency, note. To see them: --wide, or")


def test_a_less_important_column_that_fits_is_shown_although_a_wider_one_is_not() -> None:
    rows = [("1", "x" * 40, "y")]
    names = ("session_id", "wide", "flag")
    assert table_lines(names, rows, width=20, expendable=("flag", "wide"))[0] == "session_id  flag"


def test_rows_that_cannot_fit_are_records() -> None:
    names = ("id", "sha256")
    rows = [("1", "0123456789abcdef" * 2), ("2", "two words")]
    assert table_lines(names, rows, width=20) == [
        "id      1",
        "sha256  0123456789ab",
        "        cdef01234567",
        "        89abcdef",
        "",
        "id      2",
        "sha256  two words",
    ]


@pytest.mark.parametrize("width", [*range(1, 40), 80, 100, 140])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    names = ("id", "充電_kwh", "note")
    rows = [("648418", Decimal("1.5"), "Lader ved 🚗 æøå, samt en lang forklaring på hvorfor"), ("7", None, "x" * 50)]
    record_width = display_width("充電_kwh") + 2 + 2  # narrower ones have no room for a wide character
    for expendable in ((), ("note",), ("note", "充電_kwh")):
        found = table_lines(names, rows, width=width, expendable=expendable)
        assert max(map(display_width, found)) <= max(width, record_width)


def test_a_line_is_drawn_below_the_names_on_a_terminal_that_is_not_dumb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    assert table_lines(("one", "two"), [(1, None)], width=80) == ["one  two", "────────", "  1  -"]
    monkeypatch.setenv("TERM", "dumb")
    assert table_lines(("one", "two"), [(1, None)], width=80) == ["one  two", "  1  -"]


def test_a_name_is_not_broken_where_a_text_can_be_wrapped_instead() -> None:
    names = ("amount_incl_tax", "note")
    rows = [(Decimal("1.00"), "the van was in the garage that whole week")]
    assert table_lines(names, rows, width=41) == [
        "amount_incl_tax  note",
        "           1.00  the van was in the",
        "                 garage that whole week",
    ]


def test_a_column_without_rows_is_its_name_alone() -> None:
    assert table_lines(("one", "two"), [], width=80) == ["one  two"]


def test_text_from_outside_makes_no_lines_and_controls_nothing() -> None:
    text = "a\nforged\x1b[2J\u202e"
    for width in (None, 80, 17):
        found = table_lines(("note",), [(text,)], width=width)
        assert all(line.isprintable() for line in found)
        assert "".join(found[1:]) == "a␊forged␛[2J\ufffd"


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 5, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("abcdefgh ij", 3, ["abc", "def", "gh", "ij"]),
        ("🚗🚗🚗", 4, ["🚗🚗", "🚗"]),
        ("🚗", 1, ["🚗"]),
        ("e\u0301e\u0301 e\u0301", 2, ["e\u0301e\u0301", "e\u0301"]),
    ],
)
def test_text_is_wrapped_at_words(text: str, width: int, expected: list[str]) -> None:
    assert wrapped(text, width) == expected


def test_a_command_at_the_end_is_not_broken_if_it_fits() -> None:
    command = "ladebog claim create 2025-10"
    assert wrapped_before("outstanding: 1 session: ", command, 80) == [f"outstanding: 1 session: {command}"]
    assert wrapped_before("outstanding: 1 session: ", command, 40) == ["outstanding: 1 session:", command]
    assert wrapped_before("outstanding: 1 session: ", command, 22) == [
        "outstanding: 1",
        "session: ladebog claim",
        "create 2025-10",
    ]
    assert wrapped_before("", command, 40) == [command]
    assert wrapped_before("no command", "", 40) == ["no command"]


def test_a_gap_of_one_column_is_used_where_all_fits_with_it() -> None:
    assert table_lines(("one", "two"), [("aaa", "bbb")], width=7)[0] == "one two"
    assert table_lines(("one", "two"), [("aaa", "bbb")], width=8)[0] == "one  two"


def test_names_are_wrapped_after_underscores() -> None:
    assert wrapped_name("average_price_incl_tax", 10) == ["average_", "price_", "incl_tax"]
    assert wrapped_name("count_star()", 6) == ["count_", "star()"]
