-- name: intermediate.hour_values
-- grain: one quantity of a finished session, energy or money, in one local clock hour
-- purpose: an hour's exact share, as a fraction of whole numbers, before it is rounded to Wh or minor units
-- columns:
--   account        text, the logbook's account
--   session_id     text, the operator's id
--   quantity       text, energy or money
--   month          first day of the local month
--   day            local day
--   hour_start     time at which the hour begins
--   whole          Wh or whole minor units of the session
--   numerator      whole number
--   denominator    whole number above zero, the same in all hours; the session's numerators over it sum to the whole
-- Money: if no period is negative and their sum is above zero, the bill is divided in proportion to the hours' amounts.
-- Otherwise an hour has its own amount plus its part, by weight, of the difference between the bill and the sum.
-- Without periods, the bill is divided by weight.
with weights as (
    select
        hours.*,
        sum(hours.weight) over (
            partition by hours.account, hours.session_id
        ) as total_weight,
        sessions.energy_wh,
        sessions.bill_minor,
        sessions.minor_unit_decimal
    from intermediate.session_clock_hours as hours
    inner join staging.sessions as sessions using (account, session_id)
),

period_amounts as (
    select
        account,
        session_id,
        sum(amount_nano) as sum_nano,
        min(amount_nano) as smallest_nano
    from (
        select
            account,
            session_id,
            period,
            sum(amount_nano) as amount_nano
        from intermediate.period_parts
        group by account, session_id, period
    ) as whole_periods
    group by account, session_id
),

hour_amounts as (
    select
        account,
        session_id,
        hour_start,
        sum(amount_nano) as amount_nano
    from intermediate.period_parts
    group by account, session_id, hour_start
),

energy as (
    select
        account,
        session_id,
        'energy' as quantity,
        month,
        day,
        hour_start,
        energy_wh as whole,
        energy_wh * weight as numerator,
        total_weight as denominator
    from weights
),

priced as (
    select
        weights.*,
        coalesce(hour_amounts.amount_nano, 0) as amount_nano,
        period_amounts.sum_nano,
        period_amounts.smallest_nano >= 0 and period_amounts.sum_nano > 0 as is_in_proportion,
        nano_units_in_minor_unit(weights.minor_unit_decimal) as nano_in_minor
    from weights
    left join period_amounts using (account, session_id)
    left join hour_amounts using (account, session_id, hour_start)
),

money as (
    select
        account,
        session_id,
        'money' as quantity,
        month,
        day,
        hour_start,
        bill_minor as whole,
        case
            when sum_nano is null then bill_minor * weight
            when is_in_proportion then bill_minor * amount_nano
            else
                amount_nano * total_weight
                + (bill_minor * nano_in_minor - sum_nano) * weight
        end as numerator,
        case
            when sum_nano is null then total_weight
            when is_in_proportion then sum_nano
            else nano_in_minor * total_weight
        end as denominator
    from priced
),

both_quantities as (
    select * from energy
    union all
    select * from money
)

select
    account,
    session_id,
    quantity,
    month,
    day,
    hour_start,
    cast(whole as decimal(38, 0)) as whole,
    cast(numerator as decimal(38, 0)) as numerator,
    cast(denominator as decimal(38, 0)) as denominator
from both_quantities
