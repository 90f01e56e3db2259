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
-- A session that is known to have continued after the last month is left out: it belongs to a later month.
select
    session_id,
    started_at
from staging.sessions
where
    account = $account
    and is_active
    and first_of_month(local_day(started_at, $timezone)) <= $last
    and (
        first_of_month(local_day(started_at, $timezone)) >= $first
        or coalesce(first_of_month(local_day(fetched_at, $timezone)) <= $last, true)
    )
order by started_at, session_id
