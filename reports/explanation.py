"""The origin of one session's figures, read from the published database: from the marts down to the lines of raw/."""

from dataclasses import dataclass
from typing import Any

import duckdb

from pipeline.database import models
from pipeline.database.connection import rows
from pipeline.settings.schema import Account

Row = dict[str, Any]

_UNFINISHED = """
    select
        sessions.*,
        facts.status
    from staging.sessions as sessions
    inner join facts.session_facts as facts using (account, document_sha256)
    where sessions.account = $account and sessions.session_id = $session_id and not sessions.is_finished
"""

_FAULTS = """
    select * from intermediate.unreadable
    where account = $account and key = $session_id and endpoint in ('session', 'session_history')
"""

_DAYS = """
    select * from intermediate.session_days
    where account = $account and session_id = $session_id
    order by day
"""

_HOURS = """
    select
        hours.*,
        price_per_kwh(hours.amount_incl_tax, hours.energy_kwh) as paid_price_incl_tax,
        clock_hours.day,
        clock_hours.hour_stop
    from session_hours as hours
    inner join intermediate.session_clock_hours as clock_hours using (account, session_id, hour_start)
    where account = $account and session_id = $session_id
    order by hour_start
"""

_PERIODS = """
    select
        periods.*,
        staged.free_energy_wh,
        staged.state_not_understood,
        parts.hour_start
    from charging_periods as periods
    inner join staging.charging_periods as staged using (account, session_id, period)
    inner join intermediate.period_parts as parts using (account, session_id, period)
    where account = $account and session_id = $session_id
    order by parts.hour_start, period
"""

_DUE = """
    select
        due.*,
        coalesce(states.is_closed, false) as is_month_closed
    from claim_lines_due as due
    left join month_states as states using (account, month)
    where account = $account and session_id = $session_id
    order by month, currency, car
"""

_REVISIONS = """
    select * from staging.session_revisions
    where account = $account and session_id = $session_id
    order by revision
"""

_DOCUMENTS = """
    select
        documents.*,
        coalesce(runs.command = 'import', false) as is_imported
    from documents
    left join runs using (account, segment)
    where account = $account and sha256 in (select unnest(cast($hashes as varchar[])))
    qualify row_number() over (
        partition by sha256
        order by answer_order(fetched_at, segment, line, item) desc
    ) = 1
"""


@dataclass(frozen=True)
class Explanation:
    """One finished session and everything its figures are computed from, as rows of the marts and their sources."""

    account: Account
    session: Row
    audit: Row
    months: list[Row]
    days: list[Row]
    hours: list[Row]
    periods: list[Row]
    samples: list[Row]
    revisions: list[Row]
    reimbursement: Row
    claimable: Row
    claim_lines: list[Row]
    due: list[Row]
    documents: dict[str, Row]


def read_explanation(connection: duckdb.DuckDBPyConnection, account: Account, session_id: str) -> Explanation | None:
    """The explanation of a finished session, or None if the account has no finished session of that id."""
    parameters = {"account": account.name, "session_id": session_id}
    local_parameters = {**parameters, "timezone": account.timezone}
    session_rows = rows(connection, models.query("explained_session"), parameters)
    if not session_rows:
        return None
    session, audit = session_rows[0], _row(connection, "bill_audit", parameters)
    revisions = rows(connection, _REVISIONS, parameters)
    hashes = {
        session["document_sha256"],
        session["period_sha256"],
        session["curve_sha256"],
        session["tax_sha256"],
        audit["tariff_sha256"],
        *(revision["document_sha256"] for revision in revisions),
    }
    documents = rows(connection, _DOCUMENTS, {"account": account.name, "hashes": sorted(hashes - {None})})
    return Explanation(
        account=account,
        session=session,
        audit=audit,
        months=rows(connection, models.query("explained_months"), local_parameters),
        days=rows(connection, _DAYS, parameters),
        hours=rows(connection, _HOURS, parameters),
        periods=rows(connection, _PERIODS, parameters),
        samples=rows(connection, models.query("explained_samples"), local_parameters),
        revisions=revisions,
        reimbursement=_row(connection, "reimbursement", parameters),
        claimable=_row(connection, "claimable_sessions", parameters),
        claim_lines=rows(connection, models.query("explained_claim_lines"), parameters),
        due=rows(connection, _DUE, parameters),
        documents={document["sha256"]: document for document in documents},
    )


def read_unfinished(connection: duckdb.DuckDBPyConnection, account: Account, session_id: str) -> Row | None:
    """A session that is active or never charged, with its status, as of its newest document, or None."""
    session_rows = rows(connection, _UNFINISHED, {"account": account.name, "session_id": session_id})
    return session_rows[0] if session_rows else None


def read_fault(connection: duckdb.DuckDBPyConnection, account: Account, session_id: str) -> str | None:
    """Why a session's newest document cannot be read, or None."""
    fault_rows = rows(connection, _FAULTS, {"account": account.name, "session_id": session_id})
    return fault_rows[0]["fault"] if fault_rows else None


def _row(connection: duckdb.DuckDBPyConnection, mart: str, parameters: dict[str, str]) -> Row:
    """The row of a finished session in a mart that has one for each."""
    query = f"select * from {mart} where account = $account and session_id = $session_id"  # noqa: S608 (our own)
    return rows(connection, query, parameters)[0]
