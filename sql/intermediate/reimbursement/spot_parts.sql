-- name: intermediate.spot_parts
-- grain: one charging period, in one local clock hour, in which energy of a session with the basis spot flowed
-- purpose: the price per kWh in that part, ex. tax: the spot price and the account's additions
-- refresh: session
-- columns:
--   account        text, the logbook's account
--   session_id     text, the operator's id
--   period         whole number, 1 for the oldest
--   hour_start     time at which the hour begins
--   month          first day of the local month
--   weight         whole number above zero, the energy that flowed in the part
--   price_nano     whole billionths of a currency unit per kWh, ex. tax; null where unknown
--   unknown        text, which price is unknown in which local hour; else null
-- The weight is by the power history; without one, by the time of the charging periods. Each of the account's additions
-- has one price in every hour: a missing one is unknown, not zero.
with reimbursed as (
    select
        terms.account,
        terms.session_id,
        accounts.timezone
    from intermediate.reimbursement_terms as terms
    inner join facts.accounts as accounts using (account)
    where terms.basis = 'spot' and terms.unknown is null and terms.energy_wh <> 0
),

by_curve as (
    select
        parts.account,
        parts.session_id,
        parts.period,
        parts.hour_start,
        parts.weight
    from intermediate.period_parts as parts
    inner join reimbursed using (account, session_id)
    where parts.weight > 0
),

without_curve as (
    select reimbursed.*
    from reimbursed
    anti join by_curve using (account, session_id)
),

by_time as (
    select
        periods.account,
        periods.session_id,
        periods.period,
        hours.hour_start,
        cast(
            microseconds_shared(hours.hour_start, hours.hour_stop, periods.started_at, periods.stopped_at)
            as decimal(38, 0)
        ) as weight
    from without_curve
    inner join main.charging_periods as periods using (account, session_id)
    inner join intermediate.session_clock_hours as hours
        on
            periods.account = hours.account
            and periods.session_id = hours.session_id
            and periods.stopped_at > hours.hour_start
            and periods.started_at < hours.hour_stop
    where periods.state = 'charging'
),

weighed as (
    select * from by_curve
    union all
    select * from by_time
    where weight > 0
),

local_parts as (
    select
        weighed.*,
        local_day(weighed.hour_start, reimbursed.timezone) as day,
        local_time(weighed.hour_start, reimbursed.timezone) as local_start
    from weighed
    inner join reimbursed using (account, session_id)
),

needed_hours as (
    select distinct
        account,
        local_start,
        day,
        cast(extract(hour from local_start) as integer) as hour,
        cast(extract(month from local_start) as integer) as month_of_year
    from local_parts
),

names as (
    select distinct
        account,
        name
    from intermediate.spot_additions
),

named_prices as (
    select
        needed_hours.account,
        needed_hours.local_start,
        names.name,
        to_nano_units(additions.per_kwh) as per_kwh_nano
    from needed_hours
    inner join names using (account)
    left join intermediate.spot_additions as additions
        on
            needed_hours.account = additions.account
            and names.name = additions.name
            and needed_hours.hour = additions.hour
            and needed_hours.month_of_year = additions.month_of_year
            and needed_hours.day >= additions.valid_from
            and needed_hours.day < coalesce(additions.valid_to, date '9999-12-31')
),

hour_additions as (
    select
        account,
        local_start,
        sum(per_kwh_nano) as per_kwh_nano,
        min(name) filter (where per_kwh_nano is null) as name_without_price
    from named_prices
    group by account, local_start
),

priced as (
    select
        local_parts.account,
        local_parts.session_id,
        local_parts.period,
        local_parts.hour_start,
        first_of_month(local_parts.day) as month,
        local_parts.weight,
        local_parts.local_start,
        to_nano_units(periods.spot_price_excl_tax) as spot_nano,
        coalesce(hour_additions.per_kwh_nano, 0) as additions_nano,
        case
            when periods.spot_price_excl_tax is null then 'spot price'
            else 'price of ' || hour_additions.name_without_price
        end as without_price
    from local_parts
    inner join main.charging_periods as periods using (account, session_id, period)
    left join hour_additions using (account, local_start)
)

select
    account,
    session_id,
    period,
    hour_start,
    month,
    weight,
    case when without_price is null then cast(spot_nano + additions_nano as decimal(38, 0)) end as price_nano,
    'no ' || without_price || ' at ' || left(cast(local_start as varchar), 16) as unknown
from priced
