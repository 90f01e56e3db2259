-- name: page_days
-- grain: one local day with sessions in the account's currency
-- purpose: the calendar of the page
-- parameters:
--   account          text, the logbook's account
-- columns:
--   year             whole number
--   day              local day
--   sessions         number of sessions that stopped in the day
--   energy_kwh       kWh
--   amount_incl_tax  currency units
select
    cast(extract(year from days.day) as integer) as year,
    days.day,
    days.sessions,
    days.energy_kwh,
    days.amount_incl_tax
from days
inner join facts.accounts using (account, currency)
where account = $account
order by days.day
