"""The app API's endpoints: their paths, and how to recognize an answer by its address or by its shape."""

import re
from datetime import date
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import msgspec

from pipeline.errors import UpstreamError
from pipeline.raw.answer import Endpoint, history_key
from pipeline.source.app.schema import id_text
from pipeline.text import one_line

ROOT = "/api/v1/app"
TOKEN_PATH = f"{ROOT}/oauth/token"
HISTORY_PATH = f"{ROOT}/profile/session_history"
CHARGE_POINTS_PATH = f"{ROOT}/personal/charge-points"
SESSION_QUERY = {"withPowerHistory": "1", "withSmartChargingSchedule": "1", "withTaxName": "1"}

ALL_CHARGE_POINTS = "all"
_CHARGING_NOW = frozenset({"active", "ongoing"})
_SESSION = re.compile(rf"{ROOT}/session/([^/]+)")
_PRICE_PERIODS = re.compile(rf"{ROOT}/tariffs/tou/([^/]+)/price-periods")
_KNOWN_PARAMETERS = frozenset(
    {*SESSION_QUERY, "start_date", "end_date", "page", "perPage", "sessionType", "operatorCountry"}
)


class ApiRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request of the app API, read from its address.

    `key` is what the address asks for: None for a listing without a window, and for the session that is charging now.
    """

    endpoint: Endpoint
    key: str | None
    url: str


def session_path(session_id: str) -> str:
    """The path of one session, with its power history."""
    return f"{ROOT}/session/{_path_part(session_id)}"


def price_periods_path(evse_id: str) -> str:
    """The path of the prices of today and tomorrow at one EVSE."""
    return f"{ROOT}/tariffs/tou/{_path_part(evse_id)}/price-periods"


def _path_part(name: str) -> str:
    """An id that came from the API, quoted so that it stays one part of the path."""
    if name in ("", ".", ".."):
        raise UpstreamError(
            f"The operator sent the id {name!r}, which cannot be requested.",
            "Report it to the operator, or to Ladebog with the answer that contains it",
        )
    return quote(name, safe="", errors="replace")


def parse_address(url: str) -> ApiRequest | None:
    """The request of a GET of `url`, or None if it is not one of our endpoints.

    The request's `url` keeps only the parameters that we know: no login and no fragment.
    """
    try:
        parts = urlsplit(url.strip())
        _ = parts.port  # invalid ones raise
        query = {name: values[-1] for name, values in parse_qs(parts.query).items() if name in _KNOWN_PARAMETERS}
        host, path = parts.netloc.rpartition("@")[2], parts.path.rstrip("/")
        clean_url = f"{parts.scheme}://{host}{path}" + (f"?{urlencode(query)}" if query else "")
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    if path == HISTORY_PATH:
        return ApiRequest(endpoint=Endpoint.SESSION_HISTORY, key=_window_key(query), url=clean_url)
    if path == CHARGE_POINTS_PATH:
        return ApiRequest(endpoint=Endpoint.CHARGE_POINTS, key=ALL_CHARGE_POINTS, url=clean_url)
    if match := _SESSION.fullmatch(path):
        name = unquote(match[1])
        return ApiRequest(endpoint=Endpoint.SESSION, key=None if name in _CHARGING_NOW else name, url=clean_url)
    if match := _PRICE_PERIODS.fullmatch(path):
        return ApiRequest(endpoint=Endpoint.PRICE_PERIODS, key=unquote(match[1]), url=clean_url)
    return None


def other_session(requested: str, stated: str) -> str:
    """The fault of an answer about session `stated` to a request for session `requested`."""
    return f"it is about session {one_line(stated)}, but its address asks for session {one_line(requested)}"


def is_of_command(requested: str) -> bool:
    """Whether the last part of an address is a command, such as `start`, if it is not the id that the answer states.

    Every known id has a digit. A command's answer is not the document of a finished session.
    """
    return not any(character.isdigit() for character in requested)


def _window_key(query: dict[str, str]) -> str | None:
    """The key of a listing from its parameters; one filtered by type is not the listing of the whole window."""
    try:
        start = date.fromisoformat(query["start_date"]).isoformat()
        end = date.fromisoformat(query["end_date"]).isoformat()
        page = int(query.get("page", "1"))
    except (KeyError, ValueError):
        return None
    session_type = query.get("sessionType")
    return history_key(start, end, page) + (f" sessionType {session_type}" if session_type else "")


def has_shape_of(endpoint: Endpoint, document: Any) -> bool:
    """Whether a document has the outer shape of that endpoint's answers."""
    if not isinstance(document, dict):
        return False
    match endpoint:
        case Endpoint.SESSION:
            session = document.get("session")
            return isinstance(session, dict) and "id" in session
        case Endpoint.SESSION_HISTORY:
            return isinstance(document.get("session_history"), list)
        case Endpoint.CHARGE_POINTS:
            return isinstance(document.get("data"), list)
        case Endpoint.PRICE_PERIODS:
            return isinstance(document.get("periods"), list)
        case _:
            return False


def recognize(document: Any) -> tuple[Endpoint, str] | None:
    """The endpoint and key of an answer without its address, or None.

    Price periods do not contain their EVSE, so they are never recognized.
    """
    if has_shape_of(Endpoint.SESSION, document):
        session_id = id_text(document["session"]["id"])
        return None if session_id is None else (Endpoint.SESSION, session_id)
    if has_shape_of(Endpoint.SESSION_HISTORY, document):
        return Endpoint.SESSION_HISTORY, imported_key(document)
    if has_shape_of(Endpoint.CHARGE_POINTS, document) and any(
        isinstance(item, dict) and "evses" in item for item in document["data"]
    ):
        return Endpoint.CHARGE_POINTS, ALL_CHARGE_POINTS
    return None


def imported_key(history: Any) -> str:
    """The key of a listing whose window is unknown: the first and last day on which its sessions started."""
    sessions = [item.get("session") for item in history["session_history"] if isinstance(item, dict)]
    starts = [session.get("startedAt") for session in sessions if isinstance(session, dict)]
    days = sorted(day for start in starts if isinstance(start, str) and (day := _day(start)))
    return f"imported {days[0]}..{days[-1]}" if days else "imported empty"


def _day(moment: str) -> str | None:
    """The day of a time as the API writes it, or None if it is not one."""
    try:
        return date.fromisoformat(moment[:10]).isoformat()
    except ValueError:
        return None
