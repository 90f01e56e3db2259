"""An Http with the server that it sends requests to."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from pipeline.settings.schema import Source
from pipeline.source.http import Http
from pipeline.source.reply import Reply
from tests.source.loopback import RecordingClock, Responder, Script, serving

TOKEN = "canary-token-7f3a"
QUICK = Source(requests_per_second=1000, connect_timeout=2, read_timeout=2)


class HttpClient:
    """An Http, its server and its clock."""

    def __init__(self, script: Script, source: Source) -> None:
        self.script = script
        self.clock = RecordingClock()
        self.http = Http(script.url, source, self.clock, account="home", headers={"User-Agent": "Ladebog/test"})

    def get(self) -> Reply:
        return self.http.get("/api/v1/app/thing", {"page": "1"}, TOKEN)


@contextmanager
def http_client(*responders: Responder, source: Source = QUICK) -> Iterator[HttpClient]:
    """An HTTP client of a server that answers with `responders`, while the context lasts."""
    with serving(*responders) as script:
        client = HttpClient(script, source)
        with closing(client.http):
            yield client
