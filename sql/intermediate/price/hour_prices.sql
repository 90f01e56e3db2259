-- name: intermediate.hour_prices
-- grain: one local clock hour of a finished session in which energy flowed in charging periods
-- purpose: what a kWh cost in that hour
-- columns:
--   account          text, the logbook's account
--   session_id       text, the operator's id
--   hour_start       time that the hour begins
--   price_incl_tax   currency units a kWh, the periods' prices weighted by their energy; null if one of them is unknown
with priced as (
    select
        parts.account,
        parts.session_id,
        parts.hour_start,
        parts.weight,
        to_nano_units(periods.price_incl_tax) as price_nano
    from intermediate.period_parts as parts
    inner join main.charging_periods as periods
        on
            parts.account = periods.account
            and parts.session_id = periods.session_id
            and parts.period = periods.period
    where parts.weight > 0
),

weighted as (
    select
        account,
        session_id,
        hour_start,
        case
            when count(*) = count(price_nano)
                then cast(rounded_quotient(sum(price_nano * weight), sum(weight) * 1000) * 0.000001 as decimal(18, 6))
        end as price_incl_tax
    from priced
    group by account, session_id, hour_start
)

select * from weighted
