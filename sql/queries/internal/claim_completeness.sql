-- name: claim_completeness
-- grain: the month, or no row if it has no state
-- purpose: when the month was last listed, and how many sessions it has, the list lacks, and need no line
-- parameters:
--   account    text, the logbook's account
--   car        text, count the sessions of this car and the excluded ones without a car; null: all
--   month      first day of the local month
-- columns:
--   listed_at        time of the newest complete listing
--   sessions         number of sessions
--   unlisted         number of those that the operator's list of the month lacks
--   claimed_earlier  number of those that earlier claims contain as they are
with sessions_of_car as (
    select
        claim_values.account,
        claim_values.month,
        claim_values.session_id,
        coalesce(is_in_list(newest_lists.missing, claim_values.session_id), false)
        or imported.session_id is not null as is_unlisted,
        claimable.is_claimed and due.session_id is null as is_claimed_earlier
    from intermediate.claim_values as claim_values
    inner join claimable_sessions as claimable using (account, session_id)
    left join staging.newest_lists as newest_lists
        on claim_values.account = newest_lists.account and claim_values.month = newest_lists.month
    left join intermediate.imported_sessions as imported
        on claim_values.account = imported.account and claim_values.session_id = imported.session_id
    left join claim_lines_due as due
        on
            claim_values.account = due.account
            and claim_values.session_id = due.session_id
            and claim_values.month = due.month
            and coalesce(claimable.car, '') = due.car
            and claim_values.currency = due.currency
    where $car is null or claimable.car = $car or (claimable.car is null and not claimable.is_claimed)
)

select
    states.listed_at,
    cast(count(sessions_of_car.session_id) as integer) as sessions,
    cast(count(*) filter (where sessions_of_car.is_unlisted) as integer) as unlisted,
    cast(count(*) filter (where sessions_of_car.is_claimed_earlier) as integer) as claimed_earlier
from month_states as states
left join sessions_of_car using (account, month)
where account = $account and month = $month
group by states.listed_at
