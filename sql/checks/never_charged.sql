-- name: checks.never_charged
-- severity: warning
-- grain: one finding
-- purpose: Every session that the operator lists ended as finished, or has energy or an amount.
-- What ended without them is not a charging session. Its month is that of its stop, else of its start, else of the
-- listing that contains it.
with listed as (
    select
        documents.account,
        documents.sha256 as document_sha256,
        min(try_cast(left(answers.key, 10) as date)) as listed_from
    from main.documents
    inner join facts.answers as answers using (account, segment, line)
    where documents.endpoint = 'session_history'
    group by documents.account, documents.sha256
),

listed_sessions as (
    select
        documents.account,
        documents.session_id,
        max(listed.listed_from) as listed_from
    from staging.session_documents as documents
    inner join listed using (account, document_sha256)
    group by documents.account, documents.session_id
)

select
    sessions.account,
    first_of_month(
        coalesce(
            local_day(coalesce(sessions.stopped_at, sessions.started_at), accounts.timezone),
            listed_sessions.listed_from
        )
    ) as month,
    sessions.session_id,
    facts.status as cause,
    'It ended as ' || facts.status || ', without energy and without an amount, so it is not a charging session and '
    || 'counts nowhere.' as detail
from staging.sessions as sessions
inner join facts.accounts as accounts using (account)
inner join facts.session_facts as facts
    on sessions.account = facts.account and sessions.document_sha256 = facts.document_sha256
left join listed_sessions
    on sessions.account = listed_sessions.account and sessions.session_id = listed_sessions.session_id
where not sessions.is_finished and not sessions.is_active
