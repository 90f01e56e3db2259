"""The endpoints of the app API, from a request to its status and JSON answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from pipeline.demo import charge_point
from pipeline.demo.answers import Json, history_entry, session_detail
from pipeline.demo.faults import Faults
from pipeline.demo.model import ZONE, DemoSession
from pipeline.demo.tenant import Tenant
from pipeline.demo.tokens import LIFETIME

BASE = "/api/v1/app"
TOKEN_PATH = f"{BASE}/oauth/token"
HISTORY_PATH = f"{BASE}/profile/session_history"
CHARGE_POINTS_PATH = f"{BASE}/personal/charge-points"

_DETAIL = re.compile(rf"{BASE}/session/([^/]+)")
_PRICE_PERIODS = re.compile(rf"{BASE}/tariffs/tou/([^/]+)/price-periods")
_MOST_PER_PAGE = 100
_LOGIN_LIMIT = 5


@dataclass(frozen=True)
class DemoAnswer:
    """A status with a JSON body and the headers in addition to the usual ones."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


NOT_FOUND = DemoAnswer(404, {"message": "Not found."})
UNAUTHENTICATED = DemoAnswer(401, {"message": "Unauthenticated."})
WRONG_METHOD = DemoAnswer(405, {"message": "The method is not supported for this route."})


def login(tenant: Tenant, body: bytes, logins_before: int) -> DemoAnswer:
    """`POST oauth/token`: the password and the refresh token grant."""
    headers = {
        "X-RateLimit-Limit": str(_LOGIN_LIMIT),
        "X-RateLimit-Remaining": str(_LOGIN_LIMIT - 1 - logins_before % _LOGIN_LIMIT),
    }
    try:
        request = json.loads(body)
    except ValueError:
        request = None
    if not isinstance(request, dict):
        return DemoAnswer(400, {"message": "The request body is not a JSON object."}, headers)
    if (request.get("client_id"), request.get("client_secret")) != (tenant.client_id, tenant.client_secret):
        return DemoAnswer(401, {"error": "invalid_client", "message": "Client authentication failed"}, headers)
    grant = request.get("grant_type")
    if grant == "password":
        token_pair = tenant.log_in(str(request.get("username")), str(request.get("password")))
    elif grant == "refresh_token":
        token_pair = tenant.refresh(str(request.get("refresh_token")))
    else:
        return DemoAnswer(400, {"error": "unsupported_grant_type", "message": "Unknown grant type."}, headers)
    if token_pair is None:
        return DemoAnswer(401, {"error": "invalid_grant", "message": "These credentials do not match."}, headers)
    token_answer = {
        "token_type": "Bearer",
        "expires_in": int(LIFETIME.total_seconds()),
        "access_token": token_pair[0],
        "refresh_token": token_pair[1],
    }
    return DemoAnswer(200, token_answer, headers)


def read(tenant: Tenant, faults: Faults, path: str, query: dict[str, str]) -> DemoAnswer:
    """Any authenticated `GET`."""
    if any(part in f"{path}?{urlencode(query)}" for part in faults.failing):
        return DemoAnswer(500, {"message": "Server Error"})
    if any(part in f"{path}?{urlencode(query)}" for part in faults.refusing):
        return UNAUTHENTICATED
    if path == HISTORY_PATH:
        return _history(tenant, faults, query)
    if path == CHARGE_POINTS_PATH:
        return DemoAnswer(200, charge_point.charge_points(tenant))
    if (match := _DETAIL.fullmatch(path)) is not None:
        return _detail(tenant, match[1], query)
    if (match := _PRICE_PERIODS.fullmatch(path)) is not None and match[1] == charge_point.EVSE_ID:
        return DemoAnswer(200, charge_point.price_periods(tenant))
    return NOT_FOUND


def _detail(tenant: Tenant, session_id: str, query: dict[str, str]) -> DemoAnswer:
    session = tenant.sessions.get(session_id)
    if session is None:
        return NOT_FOUND
    detail = session_detail(
        session,
        power_history=query.get("withPowerHistory") == "1",
        smart_charging_schedule=query.get("withSmartChargingSchedule") == "1",
        tax_name=query.get("withTaxName") == "1",
    )
    return DemoAnswer(200, {"session": detail})


def _history(tenant: Tenant, faults: Faults, query: dict[str, str]) -> DemoAnswer:
    try:
        first = date.fromisoformat(query.get("start_date", "0001-01-01"))
        last = date.fromisoformat(query.get("end_date", "9999-12-31"))
        page = max(1, int(query.get("page", "1")))
        per_page = max(1, min(int(query.get("perPage", _MOST_PER_PAGE)), _MOST_PER_PAGE))
    except ValueError as error:
        return DemoAnswer(422, {"message": "The given data was invalid.", "errors": {"query": [str(error)]}})
    if faults.empties_listing():
        return DemoAnswer(200, {"session_history": []})
    listed_sessions = [
        session
        for session in tenant.sessions.values()
        if first <= _local_start(session) <= last
        and query.get("sessionType", session.site.kind) == session.site.kind
        and f"{_local_start(session):%Y-%m}" not in faults.empty_listing_months
    ]
    listed_sessions.sort(key=lambda session: session.started_at, reverse=True)
    if faults.cap:
        listed_sessions = listed_sessions[: faults.cap]
    elif faults.paging == "honoured":
        per_page = min(per_page, faults.per_page_cap)
        listed_sessions = listed_sessions[(page - 1) * per_page : page * per_page]
    entries: list[Json] = [history_entry(session) for session in listed_sessions]
    return DemoAnswer(200, {"session_history": entries})


def _local_start(session: DemoSession) -> date:
    return session.started_at.astimezone(ZONE).date()
