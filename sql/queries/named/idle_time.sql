-- name: idle_time
-- grain: one local month of an account in which sessions stopped
-- purpose: how long the car stayed connected without charging
-- parameters:
--   account             text, default null: only this account of the logbook
--   year                integer, default null: only sessions that stopped in this local year
-- columns:
--   account             text, the logbook's account
--   month               first day of the local month
--   sessions            number of sessions whose idle time is known
--   connected_hours     hours that they lasted, to one decimal
--   idle_hours          hours of that without charging, to one decimal
--   idle_percent        per cent of the time connected; null without such time
--   longest_idle_hours  hours, of the session with the longest idle time, to one decimal
--   idle_unknown        number of sessions whose idle time the operator does not state, and which are not counted
with summed as (
    select
        account,
        first_of_month(cast(stopped_local as date)) as month,
        count(idle_s) as sessions,
        sum(duration_s) filter (where idle_s is not null) as connected_s,
        sum(idle_s) as idle_s,
        max(idle_s) as longest_idle_s,
        count(*) - count(idle_s) as idle_unknown
    from sessions
    where
        coalesce(account = $account, true)
        and coalesce(year(stopped_local) = $year, true)
    group by account, first_of_month(cast(stopped_local as date))
)

select
    account,
    month,
    cast(sessions as integer) as sessions,
    cast(rounded_quotient(connected_s, 360) * 0.1 as decimal(18, 1)) as connected_hours,
    cast(rounded_quotient(idle_s, 360) * 0.1 as decimal(18, 1)) as idle_hours,
    percent_of(idle_s, connected_s) as idle_percent,
    cast(rounded_quotient(longest_idle_s, 360) * 0.1 as decimal(18, 1)) as longest_idle_hours,
    cast(idle_unknown as integer) as idle_unknown
from summed
order by account, month
