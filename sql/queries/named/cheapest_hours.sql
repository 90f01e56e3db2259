-- name: cheapest_hours
-- grain: one hour of the day at a charge point
-- purpose: at which hours of the day a kWh has been cheapest
-- parameters:
--   account                 text, default null: only this account of the logbook
--   year                    integer, default null: only prices of this local year
--   min_hours               integer, default 24: only hours of the day of which at least so many hours are known
-- columns:
--   account                 text, the logbook's account
--   charge_point            text, the charge point's name; of a public session its address
--   hour_of_day             whole number, 0 to 23, of the wall time
--   currency                ISO 4217 code
--   average_price_incl_tax  currency units per kWh, weighted by time
--   lowest_price_incl_tax   currency units per kWh
--   highest_price_incl_tax  currency units per kWh
--   hours_known             hours of connected time whose price is known, to one decimal
-- The operator states the price of each charging period, also of those in which the car is connected and does not
-- charge. Prices of hours in which no car was connected are not known, and an average of few known hours says little:
-- min_hours=0 has also those.
-- The charge point with the most hours comes first, and its cheapest hour first.
with averaged as (
    select
        prices.account,
        sessions.charge_point,
        prices.hour_of_day,
        prices.currency,
        rounded_quotient(
            sum(exact_product(to_nano_units(prices.price_incl_tax), prices.duration_us)), sum(prices.duration_us) * 1000
        ) as price_micro,
        min(prices.price_incl_tax) as lowest_price,
        max(prices.price_incl_tax) as highest_price,
        sum(prices.duration_us) as known_us
    from intermediate.known_prices as prices
    inner join sessions using (account, session_id)
    where
        coalesce(prices.account = $account, true)
        and coalesce(year(prices.day) = $year, true)
    group by prices.account, sessions.charge_point, prices.hour_of_day, prices.currency
),

ranked as (
    select
        *,
        sum(known_us) over (
            partition by account, charge_point, currency
        ) as known_us_of_charge_point
    from averaged
)

select
    account,
    charge_point,
    hour_of_day,
    currency,
    cast(price_micro * 0.000001 as decimal(18, 6)) as average_price_incl_tax,
    cast(lowest_price as decimal(18, 6)) as lowest_price_incl_tax,
    cast(highest_price as decimal(18, 6)) as highest_price_incl_tax,
    cast(rounded_quotient(known_us, 360000000) * 0.1 as decimal(18, 1)) as hours_known
from ranked
where known_us >= exact_product($min_hours, 3600000000)
order by
    account asc,
    known_us_of_charge_point desc,
    charge_point asc,
    currency asc,
    price_micro asc,
    hour_of_day asc
