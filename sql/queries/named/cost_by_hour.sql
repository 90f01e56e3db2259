-- name: cost_by_hour
-- grain: one hour of the day of an account and currency
-- purpose: at which hours of the day the energy is charged, and what it costs
-- parameters:
--   account                 text, default null: only this account of the logbook
--   year                    integer, default null: only hours of this local year
-- columns:
--   account                 text, the logbook's account
--   currency                ISO 4217 code
--   hour_of_day             whole number, 0 to 23, of the wall time
--   sessions                number of sessions that charged in the hour
--   energy_kwh              kWh
--   amount_incl_tax         currency units
--   average_price_incl_tax  currency units per kWh; null without energy
--   energy_percent          per cent of all energy of the account and currency
--   assumed_kwh             kWh of these whose hour is not measured: without a power history they are divided by
--                           the time of the charging periods, or else all put at the stop
-- A session belongs to each hour that it lasted into, with its part: the hours of a year sum to its months in the mart
-- months_split, not to those in months.
with summed as (
    select
        account,
        currency,
        hour_of_day,
        count(distinct session_id) filter (where energy_kwh > 0) as sessions,
        sum(energy_kwh) as energy_kwh,
        coalesce(sum(energy_kwh) filter (where placed_by <> 'power history'), 0) as assumed_kwh,
        sum(amount_incl_tax) as amount_incl_tax
    from session_hours
    where
        coalesce(account = $account, true)
        and coalesce(year(day) = $year, true)
    group by account, currency, hour_of_day
)

select
    account,
    currency,
    hour_of_day,
    cast(sessions as integer) as sessions,
    cast(energy_kwh as decimal(18, 3)) as energy_kwh,
    cast(amount_incl_tax as decimal(18, 3)) as amount_incl_tax,
    price_per_kwh(amount_incl_tax, energy_kwh) as average_price_incl_tax,
    percent_of(
        energy_kwh,
        sum(energy_kwh) over (
            partition by account, currency
        )
    ) as energy_percent,
    cast(assumed_kwh as decimal(18, 3)) as assumed_kwh
from summed
order by account, currency, hour_of_day
