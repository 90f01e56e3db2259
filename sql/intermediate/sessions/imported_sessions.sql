-- name: intermediate.imported_sessions
-- grain: one finished session whose figures were only imported
-- purpose: the sessions that the operator has not confirmed
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
-- An answer that is equal to the newest one is not stored again. So a fetched listing of the session's month that was
-- complete, came after the import and contained the session confirms its figures as well.
with imported as (
    select
        sessions.account,
        sessions.session_id,
        first_of_month(local_day(sessions.stopped_at, accounts.timezone)) as month,
        max(runs.started_at) as imported_at
    from main.sessions as sessions
    inner join facts.accounts as accounts using (account)
    inner join main.documents as documents
        on sessions.account = documents.account and sessions.document_sha256 = documents.sha256
    inner join main.runs as runs
        on documents.account = runs.account and documents.segment = runs.segment
    where sessions.origin = 'imported'
    group by sessions.account, sessions.session_id, sessions.stopped_at, accounts.timezone
),

confirmed as (
    select distinct
        imported.account,
        imported.session_id
    from imported
    inner join facts.windows as windows
        on
            imported.account = windows.account
            and imported.month = windows.month
            and imported.imported_at < windows.listed_at
    where not is_in_list(windows.missing, imported.session_id)
)

select
    imported.account,
    imported.session_id
from imported
left join confirmed using (account, session_id)
where confirmed.session_id is null
