-- name: price_against_day_mean
-- grain: one local day on which energy was charged at a charge point
-- purpose: whether the energy was charged at the cheap or the expensive hours of the day
-- parameters:
--   account                 text, default null: only this account of the logbook
--   year                    integer, default null: only days of this local year
--   rows                    count, default 31: how many days, the newest first
-- columns:
--   account                 text, the logbook's account
--   day                     local day
--   energy_kwh              kWh charged on that day
--   paid_price_incl_tax     currency units per kWh, weighted by energy; null if the price of an hour is unknown
--   mean_price_incl_tax     currency units per kWh, weighted by time; null if no price is known
--   difference_percent      per cent of the mean; null where the mean is not above zero
--   difference              currency units per kWh, paid − mean: below zero where the cheaper hours were used
--   hours_known             hours of the day whose price is known, to one decimal
--   currency                ISO 4217 code
--   charge_point            text, the charge point's name; of a public session its address
-- The operator states prices only of the time in which a car was connected: the mean is of that part of the day. Prices
-- are those per kWh; fees of the bill are not in them.
with paid as (
    select
        hours.account,
        hours.day,
        sessions.charge_point,
        hours.currency,
        sum(hours.energy_kwh) as energy_kwh,
        case
            when count(*) = count(hours.price_incl_tax)
                then
                    rounded_quotient(
                        sum(exact_product(hours.energy_kwh * 1000, to_micro_units(hours.price_incl_tax))),
                        sum(hours.energy_kwh) * 1000
                    )
        end as paid_micro
    from session_hours as hours
    inner join sessions using (account, session_id)
    where
        hours.energy_kwh > 0
        and coalesce(hours.account = $account, true)
        and coalesce(year(hours.day) = $year, true)
    group by hours.account, hours.day, sessions.charge_point, hours.currency
),

known as (
    select
        prices.account,
        prices.day,
        sessions.charge_point,
        prices.currency,
        rounded_quotient(
            sum(exact_product(to_nano_units(prices.price_incl_tax), prices.duration_us)), sum(prices.duration_us) * 1000
        ) as mean_micro,
        sum(prices.duration_us) as known_us
    from intermediate.known_prices as prices
    inner join sessions using (account, session_id)
    group by prices.account, prices.day, sessions.charge_point, prices.currency
)

select
    paid.account,
    paid.day,
    cast(paid.energy_kwh as decimal(18, 3)) as energy_kwh,
    cast(paid.paid_micro * 0.000001 as decimal(18, 6)) as paid_price_incl_tax,
    cast(known.mean_micro * 0.000001 as decimal(18, 6)) as mean_price_incl_tax,
    percent_of(paid.paid_micro - known.mean_micro, known.mean_micro) as difference_percent,
    cast((paid.paid_micro - known.mean_micro) * 0.000001 as decimal(18, 6)) as difference,
    cast(rounded_quotient(coalesce(known.known_us, 0), 360000000) * 0.1 as decimal(18, 1)) as hours_known,
    paid.currency,
    paid.charge_point
from paid
left join known
    on
        paid.account = known.account
        and paid.day = known.day
        and paid.charge_point is not distinct from known.charge_point
        and paid.currency = known.currency
order by paid.day desc, paid.account asc, paid.charge_point asc, paid.currency asc
limit $rows
