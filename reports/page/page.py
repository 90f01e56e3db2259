"""The page as text: the templates filled in, with its style and scripts inside, and a policy that allows only these."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from pipeline.command_line import as_typed
from pipeline.settings.schema import Language
from reports.page.chart import FiguresTable, PageChart
from reports.page.chart_calendar import calendar_chart
from reports.page.chart_hours import hours_chart
from reports.page.chart_money import money_chart
from reports.page.chart_months import months_chart
from reports.page.claims import ShownFinding, claims_table, shown_findings
from reports.page.figures import AccountFigures, YearFigures
from reports.page.overview import Overview, overview_of
from reports.page.sessions import SessionsView, session_data, sessions_view
from reports.page.words import PageWords


@dataclass(frozen=True, kw_only=True)
class _YearView:
    year: int
    sums: str
    charts: tuple[PageChart, ...]


@dataclass(frozen=True, kw_only=True)
class _AccountView:
    """What the template of an account lays out."""

    id: str
    figures: AccountFigures
    words: PageWords
    overview: Overview
    years: tuple[_YearView, ...]
    foreign: FiguresTable | None
    sessions: SessionsView | None
    claims: FiguresTable
    findings: Sequence[ShownFinding]


def render(
    accounts: Sequence[AccountFigures], curves: Sequence[str], language: Language, made_at: datetime, content: str
) -> str:
    """The page of the accounts, with the packed curves of each, as HTML.

    It contains all that it shows and refers to nothing outside it. `content` is the hash of what it shows.
    """
    words = PageWords(language, accounts[0].timezone if accounts else "UTC")
    views = [_account_view(place, account, language, len(accounts) > 1) for place, account in enumerate(accounts, 1)]
    script = _file("bundle", "page.js")
    style = (
        _file("bundle", "page.css")
        + _file("layout", "style.css")
        + _year_rules(max((len(view.years) for view in views), default=0))
    )
    environment = Environment(
        loader=PackageLoader("reports.page", "layout"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_with_typed_commands,
    )
    return environment.get_template("page.html").render(
        words=words,
        accounts=views,
        made=words.moment(made_at),
        content=content,
        style=Markup(style),  # noqa: S704 (our own file)
        script=Markup(script),  # noqa: S704 (our own file)
        data=_data(accounts, curves, words),
        policy=_policy(style, script),
    )


def _with_typed_commands(value: object) -> object:
    """A value of the templates, with commands as they have to be typed to reach this logbook."""
    return as_typed(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _account_view(place: int, figures: AccountFigures, language: Language, has_others: bool) -> _AccountView:
    words = PageWords(language, figures.timezone)
    return _AccountView(
        id=f"account-{place}",
        figures=figures,
        words=words,
        overview=overview_of(figures, words, f" --account {figures.account}" if has_others else ""),
        years=tuple(_year_view(year, figures, words) for year in figures.years),
        foreign=_foreign(figures, words) if figures.foreign_months else None,
        sessions=sessions_view(figures, words) if figures.sessions else None,
        claims=claims_table(figures, words),
        findings=shown_findings(figures, words),
    )


def _foreign(figures: AccountFigures, words: PageWords) -> FiguresTable:
    return FiguresTable(
        [words.text(f"column.{head}") for head in ("month", "sessions", "energy_kwh", "cost", "currency")],
        [
            (
                words.month(row["month"]),
                words.count(row["sessions"]),
                words.kwh(row["energy_kwh"]),
                words.money(row["amount_incl_tax"], figures.digits(row["currency"])),
                row["currency"],
            )
            for row in figures.foreign_months
        ],
    )


def _year_view(year: YearFigures, figures: AccountFigures, words: PageWords) -> _YearView:
    sums, digits = year.sums, figures.digits(figures.currency)
    in_currency = words.text(
        "year.sums",
        sessions=words.count(sums["sessions"]),
        energy=words.energy(sums["energy_kwh"]),
        amount=words.money(sums["amount_incl_tax"], digits),
        currency=figures.currency,
    )
    foreign = words.text("year.foreign", count=words.count(sums["foreign_sessions"]))
    return _YearView(
        year=year.year,
        sums=f"{in_currency}; {foreign}" if sums["foreign_sessions"] else in_currency,
        charts=tuple(chart(year, figures, words) for chart in (months_chart, calendar_chart, hours_chart, money_chart)),
    )


def _file(folder: str, name: str) -> str:
    return resources.files("reports.page").joinpath(folder, name).read_text("utf-8")


def _data(accounts: Sequence[AccountFigures], curves: Sequence[str], words: PageWords) -> Markup:
    """What the script shows, as JSON that cannot end the element that it is in."""
    data = {
        "language": words.language,
        "texts": words.for_script,
        "accounts": [session_data(account, packed) for account, packed in zip(accounts, curves, strict=True)],
    }
    return Markup(msgspec.json.encode(data).decode().replace("<", "\\u003c"))  # noqa: S704 (escaped)


def _year_rules(years: int) -> str:
    """The rules that show the chosen year, and its charts in the list of contents, without a script."""
    rules = (
        ".years:has({chosen})>.year:nth-of-type({place}){{display:block}}"
        "body:has(.years {chosen}) .of-year:nth-of-type({place}){{display:contents}}"
    )
    return "".join(
        rules.format(chosen=f"label:nth-of-type({place}) input:checked", place=place) for place in range(1, years + 1)
    )


def _policy(style: str, script: str) -> str:
    """Nothing is loaded or run but this style and this script, known by their hashes."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"
