-- name: claim_completeness
-- grain: the month, or no row if it has no state
-- purpose: when the month was last listed, and how many sessions it has
-- parameters:
--   account    text, the logbook's account
--   car        text, count the sessions of this car and those without a car; null: all
--   month      first day of the local month
-- columns:
--   listed_at  time of the newest complete listing
--   sessions   number of sessions
with sessions_of_car as (
    select
        claim_values.account,
        claim_values.month,
        claim_values.session_id
    from intermediate.claim_values as claim_values
    inner join claimable_sessions as claimable using (account, session_id)
    where coalesce(claimable.car = $car, true)
)

select
    states.listed_at,
    cast(count(sessions_of_car.session_id) as integer) as sessions
from month_states as states
left join sessions_of_car using (account, month)
where account = $account and month = $month
group by states.listed_at
