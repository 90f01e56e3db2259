-- name: biggest_sessions
-- grain: one finished session
-- purpose: the sessions with the most energy, and what each cost
-- parameters:
--   account          text, default null: only this account of the logbook
--   year             integer, default null: only sessions that stopped in this local year
--   rows             count, default 20: how many sessions
-- columns:
--   account          text, the logbook's account
--   session_id       text, the operator's id
--   started_local    wall time at which it started
--   energy_kwh       kWh
--   amount_incl_tax  currency units
--   currency         ISO 4217 code
--   price_incl_tax   currency units per kWh; null without energy
--   car              text, the car's name; null if none was assigned
--   charge_point     text, the charge point's name; of a public session its address
select
    account,
    session_id,
    started_local,
    energy_kwh,
    amount_incl_tax,
    currency,
    price_per_kwh(amount_incl_tax, energy_kwh) as price_incl_tax,
    car,
    charge_point
from sessions
where
    coalesce(account = $account, true)
    and coalesce(year(stopped_local) = $year, true)
order by energy_kwh desc, started_at asc, account asc, session_id asc
limit $rows
