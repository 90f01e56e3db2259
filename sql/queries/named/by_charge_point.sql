-- name: by_charge_point
-- grain: one charge point of an account and currency
-- purpose: where the energy is charged, and what it costs there
-- parameters:
--   account                 text, default null: only this account of the logbook
--   year                    integer, default null: only sessions that stopped in this local year
-- columns:
--   account                 text, the logbook's account
--   charge_point            text, the charge point's name; of a public session its address; null where unknown
--   energy_kwh              kWh
--   amount_incl_tax         currency units
--   average_price_incl_tax  currency units per kWh; null without energy
--   currency                ISO 4217 code
--   sessions                number of sessions
--   kind                    text, private, public, or another that the operator sends
--   max_kw                  kW, of the session with the highest power
--   first_local             wall time at which the first session started
--   last_local              wall time at which the last session started
-- A session belongs whole to the year it stopped in.
with summed as (
    select
        account,
        charge_point,
        kind,
        currency,
        count(*) as sessions,
        sum(energy_kwh) as energy_kwh,
        sum(amount_incl_tax) as amount_incl_tax,
        max(max_kw) as max_kw,
        min(started_local) as first_local,
        max(started_local) as last_local
    from sessions
    where
        coalesce(account = $account, true)
        and coalesce(year(stopped_local) = $year, true)
    group by account, charge_point, kind, currency
)

select
    account,
    charge_point,
    cast(energy_kwh as decimal(18, 3)) as energy_kwh,
    cast(amount_incl_tax as decimal(18, 3)) as amount_incl_tax,
    price_per_kwh(amount_incl_tax, energy_kwh) as average_price_incl_tax,
    currency,
    cast(sessions as integer) as sessions,
    kind,
    max_kw,
    first_local,
    last_local
from summed
order by account asc, energy_kwh desc, charge_point asc, kind asc, currency asc
