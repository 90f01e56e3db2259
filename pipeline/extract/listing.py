"""Fetches the listing of one window of days, page by page; and in parts where it may have been cut off."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec

from pipeline.errors import UpstreamError
from pipeline.extract.left_for_next_run import FAILURES, Failure
from pipeline.extract.store import Store
from pipeline.raw.answer import Answer, window_key
from pipeline.source.app.client import AppApi
from pipeline.source.app.schema import Item, items

_MOST_PAGES = 1_000


class Days(NamedTuple):
    """A window of days, both included."""

    first: date
    last: date

    def halves(self) -> "tuple[Days, Days]":
        """The window in two parts. It has more than one day."""
        middle = self.first + (self.last - self.first) // 2
        return Days(self.first, middle), Days(middle + timedelta(days=1), self.last)


class Largest(NamedTuple):
    """How much the operator has listed at most: items on a page, and sessions on several pages of one window."""

    page: int
    list: int


@dataclass
class SessionListing:
    """The sessions that the operator lists for one window of days."""

    session_ids: set[str] = field(default_factory=set)
    page_sizes: list[int] = field(default_factory=list)  # numbers of items, of the pages that brought new ones
    pages: int = 0
    dated_at: datetime | None = None  # of the first page, by the operator's clock
    parts: list[str] = field(default_factory=list)  # the windows of its parts, as in their keys
    cut_days: list[date] = field(default_factory=list)  # days whose listing may have been cut off
    failure: Failure | None = None  # of a page after the first

    def is_full(self, largest: Largest) -> bool:
        """Whether its last page is as large as the largest page seen, or as the page before it; whether its pages have
        as many sessions as the longest list of several pages; or whether a page after the first could not be fetched.

        More may have been cut off then. A list that is cut off below the largest page, with one page, looks as one that
        is complete.
        """
        if self.failure is not None:
            return True
        if not self.page_sizes:
            return False
        is_longest = len(self.page_sizes) > 1 and len(self.session_ids) >= largest.list
        return is_longest or self.page_sizes[-1] >= largest.page or self.page_sizes[-1:] == self.page_sizes[-2:-1]

    def add(self, part: "SessionListing") -> None:
        """Add the listing of a part of its window."""
        self.session_ids |= part.session_ids
        self.pages += part.pages
        self.parts += part.parts
        self.cut_days += part.cut_days


def fetch_listing(api: AppApi, store: Store, days: Days, listed_ids: set[str]) -> SessionListing:
    """Fetch and store pages until one has no session that the pages before it did not have: some tenants ignore paging.

    It ends with a page after the first that cannot be fetched. The ids of each page that is kept are added to
    `listed_ids`, also if a later one raises an error. Raises UpstreamError if the pages do not end or one is
    not a listing, and the error of the first page.
    """
    listing, seen = SessionListing(), set[str | bytes]()
    for page in range(1, _MOST_PAGES):
        try:
            answer = api.history(days.first, days.last, page)
        except FAILURES as failure:
            if page == 1:
                raise
            listing.failure = failure
            return listing
        listing.dated_at = listing.dated_at or answer.dated_at
        listed = _items(answer)
        on_page = {item.key or bytes(item.body) for item in listed}
        if page > 1 and on_page <= seen:
            return listing
        store.keep(answer)
        listing.pages = page
        if not listed:
            return listing
        seen |= on_page
        listing.session_ids |= {item.key for item in listed if item.key}
        listed_ids |= listing.session_ids
        listing.page_sizes.append(len(listed))
    raise UpstreamError(
        f"The operator of account {answer.account} sends endless pages for {days.first} to {days.last}.",
        "Report it to the operator; try other months with: ladebog extract --since DATE --until DATE",
    )


def fetch_parts(
    api: AppApi, store: Store, days: Days, largest: Largest, listed_ids: set[str]
) -> Iterator[SessionListing]:
    """Fetch a window in halves, and these in halves, until no part is full.

    A single day that still is one is among the part's `cut_days`. Raises as `fetch_listing`, and the error of any page
    of a single day.
    """
    for half in days.halves():
        part = fetch_listing(api, store, half, listed_ids)
        part.parts.append(window_key(half.first.isoformat(), half.last.isoformat()))
        if part.is_full(largest):
            if half.first < half.last:
                yield from fetch_parts(api, store, half, largest, listed_ids)
            elif part.failure is not None:
                raise part.failure
            else:
                part.cut_days.append(half.first)
        yield part


def _items(answer: Answer) -> list[Item]:
    try:
        return items(answer.stored_body)
    except msgspec.DecodeError as error:
        raise UpstreamError(
            f"The operator of account {answer.account} answered {answer.url} "
            f"with something that is not a listing of sessions ({error}).",
            "Check the address with: ladebog account add NAME --url https://OPERATOR",
        ) from None
