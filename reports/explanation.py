"""Where one session's figures come from, read from the published database: marts down to lines of raw/."""

from dataclasses import dataclass
from typing import Any

import duckdb

from pipeline.database.connection import rows
from pipeline.settings.schema import Account

Row = dict[str, Any]

_SESSION = """
    select
        sessions.*,
        staged.minor_unit_decimal as digits,
        sources.tax_source,
        sources.tax_sha256,
        bills.period_sha256
    from sessions
    inner join staging.sessions as staged using (account, session_id)
    inner join intermediate.session_charge_points as sources using (account, session_id)
    left join staging.session_bills as bills using (account, session_id)
    where account = $account and session_id = $session_id
"""

_UNFINISHED = """
    select * from staging.sessions
    where account = $account and session_id = $session_id and not is_finished
"""

_FAULTS = """
    select * from staging.unreadable
    where account = $account and key = $session_id and endpoint in ('session', 'session_history')
"""

# A session of one month is one line of that month's figures; where months share it, so do the lines of both kinds.
_MONTHS = """
    with parts as (
        select
            'stop' as attribution,
            first_of_month(local_day(stopped_at, $timezone)) as month,
            currency,
            energy_kwh,
            amount_incl_tax,
            tax_amount
        from sessions
        where account = $account and session_id = $session_id
        union all
        select 'split' as attribution, month, currency, energy_kwh, amount_incl_tax, tax_amount
        from session_months
        where account = $account and session_id = $session_id
    )

    select
        months.*,
        parts.energy_kwh as part_energy_kwh,
        parts.amount_incl_tax as part_amount_incl_tax,
        parts.tax_amount as part_tax_amount
    from months
    inner join parts using (attribution, month, currency)
    where
        months.account = $account
        and (months.attribution = 'stop' or (select count(*) from parts) > 2)
    order by months.attribution = 'split', months.month
"""

_DAYS = """
    select * from intermediate.session_days
    where account = $account and session_id = $session_id
    order by day
"""

_HOURS = """
    select
        hours.*,
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
        parts.hour_start
    from charging_periods as periods
    inner join intermediate.period_parts as parts using (account, session_id, period)
    where account = $account and session_id = $session_id
    order by parts.hour_start, period
"""

# A sample belongs to the last period that had begun; one that stands before all of them to none.
_SAMPLES = """
    select
        sampled_at,
        power_kw,
        local_hour(sampled_at, $timezone) as hour_start,
        microseconds_between(
            lag(sampled_at) over (
                order by sampled_at
            ),
            sampled_at
        ) as gap_us,
        (
            select max(periods.period)
            from charging_periods as periods
            where
                periods.account = $account
                and periods.session_id = $session_id
                and periods.started_at <= power_samples.sampled_at
        ) as period
    from power_samples
    where account = $account and session_id = $session_id
    order by sampled_at
"""

_REVISIONS = """
    select * from staging.session_revisions
    where account = $account and session_id = $session_id
    order by revision
"""

_AUDIT = """
    select * from bill_audit
    where account = $account and session_id = $session_id
"""

_DOCUMENTS = """
    select * from documents
    where account = $account and sha256 in (select unnest(cast($hashes as varchar[])))
    qualify row_number() over (
        partition by sha256
        order by fetched_at desc nulls last, segment desc, line desc, item desc
    ) = 1
"""


@dataclass(frozen=True)
class Explanation:
    """One finished session and everything that its figures are made from, as rows of the marts and what is below."""

    account: Account
    session: Row
    audit: Row
    months: list[Row]
    days: list[Row]
    hours: list[Row]
    periods: list[Row]
    samples: list[Row]
    revisions: list[Row]
    documents: dict[str, Row]


def explain(connection: duckdb.DuckDBPyConnection, account: Account, session_id: str) -> Explanation | None:
    """The explanation of a finished session, or None if the account has none of that id."""
    of_session = {"account": account.name, "session_id": session_id}
    of_local_session = {**of_session, "timezone": account.timezone}
    found = rows(connection, _SESSION, of_session)
    if not found:
        return None
    session, audit = found[0], rows(connection, _AUDIT, of_session)[0]
    revisions = rows(connection, _REVISIONS, of_session)
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
        months=rows(connection, _MONTHS, of_local_session),
        days=rows(connection, _DAYS, of_session),
        hours=rows(connection, _HOURS, of_session),
        periods=rows(connection, _PERIODS, of_session),
        samples=rows(connection, _SAMPLES, of_local_session),
        revisions=revisions,
        documents={document["sha256"]: document for document in documents},
    )


def unfinished(connection: duckdb.DuckDBPyConnection, account: Account, session_id: str) -> Row | None:
    """A session that has not stopped, as of its newest document, or None."""
    found = rows(connection, _UNFINISHED, {"account": account.name, "session_id": session_id})
    return found[0] if found else None


def fault(connection: duckdb.DuckDBPyConnection, account: Account, session_id: str) -> str | None:
    """Why a session's newest document cannot be read, or None."""
    found = rows(connection, _FAULTS, {"account": account.name, "session_id": session_id})
    return found[0]["fault"] if found else None
