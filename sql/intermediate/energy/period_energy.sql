-- name: intermediate.period_energy
-- grain: one charging period of a finished session
-- purpose: the meter's Wh, divided between the periods by the power history
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   period       whole number, 1 for the oldest
--   weight       whole number, the period's share in the energy; those of a session sum to more than 0
--   is_by_curve  flag: the shares come from the power history, not from time alone
--   energy_wh    Wh, whole; the periods of a session sum to its meter
-- The energy is divided by the curve; without a curve in any charging period, by the time of the charging periods;
-- without charging periods, all of it is in the last period. Shares are rounded to Wh by largest remainders.
with measured as (
    select
        account,
        session_id,
        period,
        sum(weight) as weight,
        bool_or(is_by_curve) as is_by_curve,
        case
            when
                row_number() over (
                    partition by account, session_id
                    order by period desc
                ) = 1
                then 1
            else 0
        end as is_last
    from intermediate.period_parts
    group by account, session_id, period
),

weighed as (
    select
        account,
        session_id,
        period,
        cast(
            case
                when sum(weight) over whole_session > 0 then weight
                else is_last
            end as decimal(38, 0)
        ) as weight,
        is_by_curve
    from measured
    window whole_session as (
        partition by account, session_id
    )
),

divided as (
    select
        weighed.account,
        weighed.session_id,
        weighed.period,
        weighed.weight,
        weighed.is_by_curve,
        sessions.energy_wh as whole,
        sessions.energy_wh * weighed.weight as numerator,
        sum(weighed.weight) over (
            partition by weighed.account, weighed.session_id
        ) as denominator
    from weighed
    inner join staging.sessions as sessions using (account, session_id)
),

floored as (
    select
        account,
        session_id,
        period,
        weight,
        is_by_curve,
        whole,
        floor_quotient(numerator, denominator) as floored,
        quotient_remainder(numerator, denominator) as remainder
    from divided
),

shared as (
    select
        account,
        session_id,
        period,
        weight,
        is_by_curve,
        largest_remainder_share(
            floored, row_number() over by_remainder, whole, sum(floored) over siblings
        ) as energy_wh
    from floored
    window
        siblings as (
            partition by account, session_id
        ),
        by_remainder as (
            partition by account, session_id
            order by remainder desc, period asc
        )
)

select
    account,
    session_id,
    period,
    weight,
    is_by_curve,
    cast(energy_wh as bigint) as energy_wh
from shared
