-- name: finished_sessions
-- grain: one finished session
-- purpose: the sessions that `ladebog sessions` prints
-- parameters:
--   accounts                list of the logbook's accounts
--   month                   first day of the local month in which the sessions stopped; null: all
-- columns:
--   account                 text, the logbook's account
--   session_id              text, the operator's id
--   started_local           wall time in the account's time zone
--   duration_s              seconds
--   energy_kwh              kWh
--   amount_incl_tax         currency units
--   currency                ISO 4217 code
--   average_price_incl_tax  currency units per kWh, to four decimals; null without energy
--   car                     text, the car's name; null if none was assigned
--   charge_point            text, the charge point's name; of a public session its address
select
    sessions.account,
    sessions.session_id,
    sessions.started_local,
    sessions.duration_s,
    sessions.energy_kwh,
    sessions.amount_incl_tax,
    sessions.currency,
    cast(price_per_kwh(sessions.amount_incl_tax, sessions.energy_kwh) as decimal(18, 4)) as average_price_incl_tax,
    sessions.car,
    sessions.charge_point
from sessions
inner join facts.accounts as accounts using (account)
where
    is_in_list($accounts, sessions.account)
    and coalesce(first_of_month(local_day(sessions.stopped_at, accounts.timezone)) = $month, true)
order by sessions.stopped_at, sessions.account, sessions.session_id
