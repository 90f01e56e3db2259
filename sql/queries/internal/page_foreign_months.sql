-- name: page_foreign_months
-- grain: one local month and currency other than the account's
-- purpose: what the page shows apart, as amounts in different currencies are never added
-- parameters:
--   account          text, the logbook's account
-- columns:
--   month            first day of the local month
--   currency         ISO 4217 code
--   sessions         number of sessions that stopped in the month
--   energy_kwh       kWh
--   amount_incl_tax  currency units
select
    months.month,
    months.currency,
    months.sessions,
    months.energy_kwh,
    months.amount_incl_tax
from months
inner join facts.accounts as accounts using (account)
where account = $account and months.currency <> accounts.currency
order by months.month desc, months.currency asc
