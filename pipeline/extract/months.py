"""Lists the months of a run: each as a whole, and once more in parts where the listing may have been cut off."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from pipeline.clock import is_plausible, last_of_month
from pipeline.errors import LadebogError
from pipeline.extract.left_for_next_run import FAILURES, Failure, LeftForNextRun
from pipeline.extract.listing import Days, Largest, SessionListing, fetch_listing, fetch_parts
from pipeline.extract.store import Store
from pipeline.raw.lines import Window
from pipeline.source.app.client import AppApi

_MOST_UNLISTED = 3  # months in a row


@dataclass(kw_only=True)
class Months:
    """The listings of one run's months, each by its first day. A month that cannot be listed is left for the next run.

    `session_ids` has those of every list that was kept, also of a month that could not be listed to its end.
    `largest_page` is the number of items on the largest page that this run or an earlier one has seen.
    """

    api: AppApi
    store: Store
    left: LeftForNextRun
    largest_page: int
    session_ids: set[str] = field(default_factory=set, init=False)
    _longest_list: int = field(default=0, init=False)  # the most sessions on several pages of one month
    _listings: dict[date, SessionListing] = field(default_factory=dict, init=False)
    _listed_at: dict[date, datetime] = field(default_factory=dict, init=False)
    _failures: dict[date, Failure] = field(default_factory=dict, init=False)
    _failed_in_a_row: int = field(default=0, init=False)

    @property
    def are_given_up(self) -> bool:
        """Whether so many months in a row could not be listed that no other should be tried."""
        return self._failed_in_a_row == _MOST_UNLISTED

    def fetch(self, month: date) -> Collection[str]:
        """Fetch the listing of a month; returns the ids of its sessions."""
        requested_at = self.store.clock.now()
        try:
            listing = fetch_listing(self.api, self.store, _days(month), self.session_ids)
        except FAILURES as error:
            self._leave(month, error)
            return ()
        self._failed_in_a_row = 0
        self._listings[month] = listing
        dated_at = listing.dated_at
        self._listed_at[month] = dated_at if dated_at and is_plausible(dated_at, requested_at) else requested_at
        self.largest_page = max(self.largest_page, *listing.page_sizes, 0)
        if len(listing.page_sizes) > 1:
            self._longest_list = max(self._longest_list, len(listing.session_ids))
        return listing.session_ids

    def fetch_cut(self) -> Iterator[tuple[date, set[str]]]:
        """Fetch in parts the listings that may have been cut off; returns each month with the ids that were missing.

        Only after all months have been listed it is known which page is the largest, and which list the longest.
        """
        largest = Largest(self.largest_page, self._longest_list)
        for month, listing in self._listings.copy().items():
            if not listing.is_full(largest):
                continue
            before = set(listing.session_ids)
            try:
                for part in fetch_parts(self.api, self.store, _days(month), largest, self.session_ids):
                    listing.add(part)
            except FAILURES as error:
                self._leave(month, error)
                del self._listings[month]
            yield month, listing.session_ids - before

    def _leave(self, month: date, error: Failure) -> None:
        self._failures[month] = error
        self._failed_in_a_row += 1
        self.left.add(f"The list of the sessions of {_text(month)}", error)

    def windows(self, missing: Mapping[date, list[str]]) -> list[Window]:
        """The months that were listed to their end; `missing` are known sessions of a month that no listing has."""
        return [
            Window(
                month=month.isoformat(),
                listed_at=self._listed_at[month],
                pages=listing.pages,
                sessions=len(listing.session_ids),
                missing=missing.get(month, []),
                largest_page=self.largest_page,
                parts=listing.parts,
                cut_days=[day.isoformat() for day in listing.cut_days],
            )
            for month, listing in self._listings.items()
        ]

    def unlisted(self) -> list[str]:
        """The first days of the months that could not be listed, as ISO dates."""
        return [month.isoformat() for month in sorted(self._failures)]

    def error(self) -> LadebogError | None:
        """The error of a run that could not list all its months, or None."""
        if not self._failures:
            return None
        months = ", ".join(_text(month) for month in sorted(self._failures))
        first = next(iter(self._failures.values()))
        return type(first)(f"The sessions of {months} could not be listed; everything else was fetched.", first.advice)


def _days(month: date) -> Days:
    return Days(month, last_of_month(month))


def _text(month: date) -> str:
    return f"{month:%Y-%m}"
