-- name: page_hours
-- grain: one year and hour of the day with energy or money in the account's currency
-- purpose: the price against the energy by hour of day
-- parameters:
--   account                  text, the logbook's account
-- columns:
--   year                     whole number, of the day on which the session stopped
--   hour_of_day              whole number, 0 to 23, of the wall time
--   energy_kwh               kWh
--   assumed_kwh              kWh of these whose hour is not measured: of sessions without a power history
--   amount_incl_tax          currency units
--   average_price_incl_tax   currency units per kWh; null without energy
with summed as (
    select
        cast(extract(year from sessions.stopped_local) as integer) as year,
        hours.hour_of_day,
        cast(sum(hours.energy_kwh) as decimal(18, 3)) as energy_kwh,
        cast(
            coalesce(sum(hours.energy_kwh) filter (where hours.placed_by <> 'power history'), 0) as decimal(18, 3)
        ) as assumed_kwh,
        cast(sum(hours.amount_incl_tax) as decimal(18, 3)) as amount_incl_tax
    from session_hours as hours
    inner join sessions using (account, session_id)
    inner join facts.accounts as accounts
        on hours.account = accounts.account and hours.currency = accounts.currency
    where hours.account = $account
    group by extract(year from sessions.stopped_local), hours.hour_of_day
)

select
    year,
    hour_of_day,
    energy_kwh,
    assumed_kwh,
    amount_incl_tax,
    price_per_kwh(amount_incl_tax, energy_kwh) as average_price_incl_tax
from summed
where energy_kwh <> 0 or amount_incl_tax <> 0
order by year, hour_of_day
