-- name: longest_gaps
-- grain: one time between two finished sessions of an account
-- purpose: the longest times in which nothing was charged
-- parameters:
--   account          text, default null: only this account of the logbook
--   year             integer, default null: only gaps that ended in this local year
--   rows             count, default 20: how many gaps
-- columns:
--   account          text, the logbook's account
--   gap_hours        hours, rounded to one decimal
--   stopped_local    wall time of the moment at which all earlier sessions had stopped
--   started_local    wall time at which the next one started
--   next_session_id  text, the operator's id of that next session
with gaps as (
    select
        account,
        session_id as next_session_id,
        started_at,
        started_local,
        max(stopped_at) over earlier as stopped_at,
        arg_max(stopped_local, stopped_at) over earlier as stopped_local
    from sessions
    window
        earlier as (
            partition by account
            order by started_at, session_id
            rows between unbounded preceding and 1 preceding
        )
)

select
    account,
    cast(rounded_quotient(microseconds_between(stopped_at, started_at), 360000000) * 0.1 as decimal(18, 1))
        as gap_hours,
    stopped_local,
    started_local,
    next_session_id
from gaps
where
    started_at > stopped_at
    and coalesce(account = $account, true)
    and coalesce(year(started_local) = $year, true)
order by microseconds_between(stopped_at, started_at) desc, started_at asc, account asc
limit $rows
