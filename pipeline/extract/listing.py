"""Fetches the listing of one month, page by page."""

from datetime import date, datetime
from typing import NamedTuple

import msgspec

from pipeline.clock import last_of_month
from pipeline.errors import UpstreamError
from pipeline.extract.store import Store
from pipeline.raw.answer import Answer
from pipeline.source.app.client import AppApi
from pipeline.source.app.schema import items

_MOST_PAGES = 1_000


class MonthListing(NamedTuple):
    """The sessions that the operator lists for one month."""

    session_ids: set[str]
    pages: int
    dated_at: datetime | None  # of the first page, by the operator's clock


def fetch_listing(api: AppApi, store: Store, month: date) -> MonthListing:
    """Fetch and store pages until one has no session that the pages before lack: some operators ignore paging.

    `month` is its first day. Raises UpstreamError if the pages do not end or one is not a listing.
    """
    session_ids: set[str] = set()
    dated_at = None
    for page in range(1, _MOST_PAGES):
        answer = api.history(month, last_of_month(month), page)
        dated_at = dated_at or answer.dated_at
        page_ids = _session_ids(answer)
        if page > 1 and page_ids <= session_ids:
            return MonthListing(session_ids, page - 1, dated_at)
        store.keep(answer)
        if not page_ids:
            return MonthListing(session_ids, page, dated_at)
        session_ids |= page_ids
    raise UpstreamError(
        f"The operator of account {answer.account} sends endless pages for {month:%Y-%m}.",
        "Report it to the operator; try other months with: ladebog extract --since DATE --until DATE",
    )


def _session_ids(answer: Answer) -> set[str]:
    try:
        return {item.key for item in items(answer.body)}
    except msgspec.DecodeError as error:
        raise UpstreamError(
            f"The operator of account {answer.account} answered {answer.url} "
            f"with something that is not a listing of sessions ({error}).",
            "Check the address with: ladebog account add NAME --url https://OPERATOR",
        ) from None
