"""A page, rendered in this process and read as HTML."""

from datetime import datetime
from decimal import Decimal

from lxml import html
from lxml.html import HtmlElement

from pipeline.database.connection import open_published
from pipeline.demo import DEMO_NOW
from pipeline.logbook.folder import Logbook
from pipeline.settings.reading import read_settings
from pipeline.settings.schema import Language
from reports.page.content import content_of
from reports.page.curves import read_curves
from reports.page.figures import read_figures
from reports.page.page import render


class ParsedPage:
    """The text of a page, and its elements."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.root: HtmlElement = html.document_fromstring(text)

    def one(self, selector: str) -> HtmlElement:
        """The only element of a CSS selector."""
        (element,) = self.all(selector)
        return element

    def all(self, selector: str) -> list[HtmlElement]:
        return list(self.root.cssselect(selector))

    def texts(self, selector: str) -> list[str]:
        """The text of each element, with single spaces."""
        return [text_of(element) for element in self.all(selector)]

    def figures(self, chart: str) -> list[list[str]]:
        """The rows of a chart's tables, of all years, without the headings."""
        return [[text_of(cell) for cell in row.cssselect("th, td")] for row in self.all(f".chart.{chart} tbody tr")]


def text_of(element: HtmlElement) -> str:
    """The text of an element and those in it, separated by single spaces."""
    return " ".join(" ".join(element.itertext()).split())


def page_of(logbook: Logbook, language: Language = "en", made_at: datetime = DEMO_NOW) -> ParsedPage:
    """The page of all accounts of a published logbook."""
    accounts = list(read_settings(logbook.settings).accounts.values())
    with open_published(logbook) as connection:
        figures = read_figures(connection, accounts)
        curves = [read_curves(connection, account) for account in figures]
    return ParsedPage(render(figures, curves, language, made_at, content_of(figures, language)))


def number(text: str) -> Decimal:
    """The number that an English page shows."""
    return Decimal(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))
