"""An operator that lists sessions as a test describes them, with the faults that it asks for, and an archive of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pipeline.extract.run import Extractor, Scope
from pipeline.extract.summary import Summary
from pipeline.logbook.folder import Logbook
from pipeline.settings.schema import Account, Source
from pipeline.source.credentials.secret import Secret
from pipeline.source.credentials.store import MemoryCredentials
from tests.scenarios.demo_archive import SilentProgress
from tests.scenarios.small_archive import Json, SetClock, SmallArchive, listed, session, small_archive
from tests.source.loopback import Handler, Request, serving

NOW = datetime(2025, 5, 20, 12, tzinfo=UTC)


def stopped(session_id: str, day: str, **fields: Any) -> Json:
    """A session of an hour from noon on that day."""
    times = {"startedAt": f"{day}T12:00:00+00:00", "stoppedAt": f"{day}T13:00:00+00:00"}
    return session(session_id, **(times | fields))


@dataclass
class OddOperator:
    """`sessions` by the day they are listed under; a text is the item itself, as JSON."""

    sessions: list[tuple[str, Json | str]] = field(default_factory=list)
    cap: int = 1_000
    page_size: int | None = None  # sessions per page; without one, paging is ignored
    overlap: int = 0  # sessions of a page that the page before had as well
    most_pages: int | None = None  # pages after these are empty
    failing: Sequence[str] = ()  # parts of paths that are answered with `failing_status`
    failing_status: int = 500
    ending: str = ""  # part of a path: from its first request on, all requests fail
    sent: dict[str, bytes] = field(default_factory=dict)  # by parts of paths, what is answered with 200 instead
    dated: str = ""
    asked: list[str] = field(default_factory=list)

    def __call__(self, handler: Handler, request: Request) -> None:
        self.asked.append(request.path)
        if self.ending and self.ending in request.path:
            self.failing = ["/"]
        if any(part in request.path for part in self.failing):
            self._send(handler, self.failing_status, b"{}")
            return
        for part, body in self.sent.items():
            if part in request.path:
                self._send(handler, 200, body)
                return
        address = urlsplit(request.path)
        name = address.path.rpartition("/")[2]
        details = [one for _, one in self.sessions if isinstance(one, dict) and one["id"] == name]
        if name == "charge-points":
            self._send(handler, 200, b'{"data": [{"id": 1, "evses": [{"id": "9"}]}]}')
        elif name == "session_history":
            query = {key: values[0] for key, values in parse_qs(address.query).items()}
            self._send(handler, 200, self._listing(query["start_date"], query["end_date"], int(query["page"])))
        elif details:
            self._send(handler, 200, json.dumps({"session": details[0]}).encode())
        else:
            self._send(handler, 404, b'{"message": "Not found."}')

    def asked_for(self, session_id: str) -> list[str]:
        """The requests of a session's details."""
        return [path for path in self.asked if f"/session/{session_id}?" in path]

    def _listing(self, first: str, last: str, page: int) -> bytes:
        found = [one for day, one in self.sessions if first <= day <= last][: self.cap]
        if self.page_size is not None:
            start = (page - 1) * (self.page_size - self.overlap)
            found = found[start : start + self.page_size]
        if self.most_pages is not None and page > self.most_pages:
            found = []
        items = [one if isinstance(one, str) else json.dumps(listed(one)) for one in found]
        return f'{{"session_history": [{", ".join(items)}]}}'.encode()

    def _send(self, handler: Handler, status: int, body: bytes) -> None:
        handler.send_response_only(status)
        if self.dated:
            handler.send_header("Date", self.dated)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


@dataclass
class OddArchive:
    """The archive of an account at an odd operator."""

    account: str
    archive: SmallArchive
    root: Path
    operator: OddOperator
    url: str
    clock: SetClock

    def extract(
        self, since: date | None = date(2025, 3, 1), until: date | None = None, *, refetch: bool = False
    ) -> Summary:
        """One run; its answers are in the archive, and the marts are up to date."""
        summary = self.fetch(since, until, refetch=refetch)
        self.archive.transform()
        return summary

    def fetch(
        self, since: date | None = date(2025, 3, 1), until: date | None = None, *, refetch: bool = False
    ) -> Summary:
        """One run, without a transform after it."""
        account = Account(name=self.account, url=self.url)
        credentials = MemoryCredentials()
        credentials.write(account, Secret(token="t"))
        extractor = Extractor(
            connection=self.archive.connection,
            logbook=Logbook(self.root),
            source=Source(requests_per_second=10_000, attempts=2),
            credentials=credentials,
            clock=self.clock,
        )
        return extractor.extract(account, Scope(since=since, until=until, refetch=refetch), SilentProgress())

    def archived(self) -> list[str]:
        query = "select session_id from sessions where account = ? order by session_id"
        return [one for (one,) in self.archive.rows(query, self.account)]

    def closed(self) -> list[str]:
        query = "select strftime(month, '%Y-%m') from month_states where is_closed and account = ? order by 1"
        return [one for (one,) in self.archive.rows(query, self.account)]

    def pages_asked(self, month: str) -> list[str]:
        """The pages of the list of a month, in the order in which they were asked for."""
        queries = [parse_qs(urlsplit(path).query) for path in self.operator.asked if "session_history" in path]
        return [query["page"][0] for query in queries if query["start_date"] == [f"{month}-01"]]

    def windows_asked(self) -> list[tuple[str, str]]:
        queries = [parse_qs(urlsplit(path).query) for path in self.operator.asked if "session_history" in path]
        return list(dict.fromkeys((query["start_date"][0][5:], query["end_date"][0][5:]) for query in queries))


@contextmanager
def odd_archive(root: Path, operator: OddOperator) -> Iterator[OddArchive]:
    """An empty archive of an operator, which answers while the context lasts."""
    with odd_archives(root, {"home": operator}) as archives:
        yield archives["home"]


@contextmanager
def odd_archives(root: Path, operators: Mapping[str, OddOperator]) -> Iterator[dict[str, OddArchive]]:
    """One empty archive with an account per operator. A transform of all of them takes as long as one of them."""
    with ExitStack() as stack:
        archive = stack.enter_context(small_archive(root, operators))
        yield {
            account: OddArchive(
                account, archive, root, operator, stack.enter_context(serving(operator)).url, SetClock(NOW)
            )
            for account, operator in operators.items()
        }
