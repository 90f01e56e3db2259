-- name: outstanding_months
-- grain: one closed local month that no claim covers, and currency
-- purpose: what is still to be claimed
-- parameters:
--   account          text, the logbook's account
-- columns:
--   month            text, for example 2025-03
--   currency         ISO 4217 code
--   sessions         number of sessions
--   energy_kwh       kWh
--   amount_incl_tax  currency units, with the digits that the currency has
select
    month_text(due.month) as month,
    due.currency,
    count(distinct due.session_id) as sessions,
    sum(due.due_energy_kwh) as energy_kwh,
    amount_digits(sum(due.due_incl_tax)) as amount_incl_tax
from claim_lines_due as due
inner join month_states as states using (account, month)
where due.account = $account and not due.is_month_claimed and due.held_back is null and states.is_closed
group by due.month, due.currency
order by due.month, due.currency
