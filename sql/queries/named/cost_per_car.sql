-- name: cost_per_car
-- grain: one car of an account and currency
-- purpose: what each car charged, and what it cost
-- parameters:
--   account                 text, default null: only this account of the logbook
--   year                    integer, default null: only sessions that stopped in this local year
-- columns:
--   account                 text, the logbook's account
--   car                     text, the car's name in the settings; null for sessions that no one assigned a car
--   currency                ISO 4217 code
--   sessions                number of sessions
--   energy_kwh              kWh
--   amount_incl_tax         currency units
--   tax_amount              currency units, included in the amount; null where the tax of one session is unknown
--   average_price_incl_tax  currency units per kWh; null without energy
--   last_local              wall time at which the last session started
-- A session belongs whole to the year it stopped in.
with summed as (
    select
        account,
        car,
        currency,
        count(*) as sessions,
        sum(energy_kwh) as energy_kwh,
        sum(amount_incl_tax) as amount_incl_tax,
        case when count(*) = count(tax_amount) then sum(tax_amount) end as tax_amount,
        max(started_local) as last_local
    from sessions
    where
        coalesce(account = $account, true)
        and coalesce(year(stopped_local) = $year, true)
    group by account, car, currency
)

select
    account,
    car,
    currency,
    cast(sessions as integer) as sessions,
    cast(energy_kwh as decimal(18, 3)) as energy_kwh,
    cast(amount_incl_tax as decimal(18, 3)) as amount_incl_tax,
    cast(tax_amount as decimal(18, 3)) as tax_amount,
    price_per_kwh(amount_incl_tax, energy_kwh) as average_price_incl_tax,
    last_local
from summed
order by account asc, energy_kwh desc, car asc, currency asc
