-- name: active_sessions
-- grain: one session that has not stopped
-- purpose: the sessions of a report's months that may still change it
-- parameters:
--   account     text, the logbook's account
--   first       first day of the first month
--   last        first day of the last month
--   timezone    IANA name of the account's time zone
-- columns:
--   session_id  text, the operator's id
--   started_at  time
-- A session that the operator no longer has is left out: it will not stop.
-- A session that is known to have continued after the last month is left out: it belongs to a later month.
select
    unstopped.session_id,
    unstopped.started_at
from intermediate.unstopped_sessions as unstopped
inner join staging.sessions as sessions using (account, session_id)
where
    unstopped.account = $account
    and not unstopped.is_gone
    and unstopped.month <= $last
    and (
        unstopped.month >= $first
        or coalesce(first_of_month(local_day(sessions.fetched_at, $timezone)) <= $last, true)
    )
order by unstopped.started_at, unstopped.session_id
