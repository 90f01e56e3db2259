-- name: checks.never_charged
-- severity: warning
-- grain: one finding
-- purpose: Every session that the operator lists ended as finished, or has energy or an amount.
-- What ended without them is not a charging session. Its month is that of its stop, else of its start, else of the
-- listing that contains it.
select
    sessions.account,
    first_of_month(
        coalesce(
            local_day(coalesce(sessions.stopped_at, sessions.started_at), accounts.timezone),
            last_listed.listed_on
        )
    ) as month,
    sessions.session_id,
    facts.status as cause,
    items(
        'It ended as {status}, without energy and without an amount, so it is not a charging session and '
        || 'counts nowhere.',
        'Nothing needs to be done.'
    ) as sentences,
    items(
        text_parameter('status', facts.status)
    ) as parameters
from intermediate.session_states as sessions
inner join facts.accounts as accounts using (account)
inner join facts.session_facts as facts
    on sessions.account = facts.account and sessions.document_sha256 = facts.document_sha256
left join staging.last_listed as last_listed
    on sessions.account = last_listed.account and sessions.session_id = last_listed.session_id
where not sessions.is_finished and not sessions.is_active
