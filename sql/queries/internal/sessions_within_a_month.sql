-- name: sessions_within_a_month
-- grain: one session that started and stopped in the same local month, or one that the operator no longer finds
-- purpose: the sessions that the listing of a month must contain
-- parameters:
--   account     text, the logbook's account
-- columns:
--   month       first day of the local month
--   session_id  text, the operator's id
-- Other sessions are left out because operators may list them by their start or by their stop. Of those that have not
-- stopped, only the ones that an answer about them did not find are looked for, in the month of their start or, where
-- that is not stated, of their last listing.
select
    first_of_month(local_day(sessions.started_at, accounts.timezone)) as month,
    sessions.session_id
from staging.sessions as sessions
inner join facts.accounts as accounts using (account)
where
    sessions.account = $account
    and first_of_month(local_day(sessions.started_at, accounts.timezone))
    = first_of_month(local_day(sessions.stopped_at, accounts.timezone))
union
select
    first_of_month(coalesce(local_day(sessions.started_at, accounts.timezone), last_listed.listed_on)) as month,
    sessions.session_id
from staging.sessions as sessions
inner join facts.accounts as accounts using (account)
inner join main.documents as documents
    on sessions.account = documents.account and sessions.session_id = documents.key
left join staging.last_listed as last_listed
    on sessions.account = last_listed.account and sessions.session_id = last_listed.session_id
where
    sessions.account = $account
    and sessions.is_active
    and documents.status = 404
    and (sessions.started_at is not null or last_listed.listed_on is not null)
order by session_id
