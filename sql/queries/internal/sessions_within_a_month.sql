-- name: sessions_within_a_month
-- grain: one session that started and stopped in the same local month
-- purpose: the sessions that the listing of a month must contain
-- parameters:
--   account     text, the logbook's account
-- columns:
--   month       first day of the local month
--   session_id  text, the operator's id
-- Other sessions are left out because operators may list them by their start or by their stop.
select
    first_of_month(local_day(sessions.started_at, accounts.timezone)) as month,
    sessions.session_id
from staging.sessions as sessions
inner join facts.accounts as accounts using (account)
where
    sessions.account = $account
    and first_of_month(local_day(sessions.started_at, accounts.timezone))
    = first_of_month(local_day(sessions.stopped_at, accounts.timezone))
order by sessions.session_id
