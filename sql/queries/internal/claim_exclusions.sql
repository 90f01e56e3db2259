-- name: claim_exclusions
-- grain: one session and local month that a new claim leaves out
-- purpose: the month's sessions that are not claimed, and the corrections of earlier months that cannot be claimed yet
-- parameters:
--   account          text, the logbook's account
--   car              text, the car to claim for; null: all cars
--   month            first day of the month to claim; null: corrections only
-- columns:
--   session_id       text, the operator's id
--   month            first day of the local month
--   started_at       time
--   stopped_at       time
--   car              text, the car's name; null if none was assigned
--   currency         ISO 4217 code
--   energy_kwh       kWh of the whole session
--   amount_incl_tax  currency units, the bill of the whole session
--   ground           text, why it is left out
--   detail           text, completes the ground; null if nothing does
select
    claim_values.session_id,
    claim_values.month,
    sessions.started_at,
    sessions.stopped_at,
    claimable.car,
    sessions.currency,
    sessions.energy_kwh,
    sessions.amount_incl_tax,
    case
        when not claimable.is_claimed then claimable.ground
        when due.amount_incl_tax is null then 'unknown amount'
        else 'not readable'
    end as ground,
    case when claimable.is_claimed then due.held_back else claimable.detail end as detail
from intermediate.claim_values as claim_values
inner join sessions using (account, session_id)
inner join claimable_sessions as claimable using (account, session_id)
left join claim_lines_due as due
    on
        claim_values.account = due.account
        and claim_values.session_id = due.session_id
        and claim_values.month = due.month
        and coalesce(claimable.car, '') = due.car
        and claim_values.currency = due.currency
where
    claim_values.account = $account
    and ($car is null or claimable.car = $car or (claimable.car is null and not claimable.is_claimed))
    and case
        when coalesce(claim_values.month = $month, false) then not claimable.is_claimed or due.held_back is not null
        else coalesce(due.is_month_claimed and due.held_back is not null, false)
    end
order by claim_values.month, sessions.stopped_at, claim_values.session_id
