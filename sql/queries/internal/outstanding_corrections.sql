-- name: outstanding_corrections
-- grain: one currency with corrections
-- purpose: what changed in months that are claimed: new minus claimed
-- parameters:
--   account          text, the logbook's account
-- columns:
--   currency         ISO 4217 code
--   sessions         number of corrected sessions, each once however many of its months or cars differ
--   energy_kwh       kWh
--   amount_incl_tax  currency units, with the digits that the currency has
select
    currency,
    count(distinct session_id) as sessions,
    sum(due_energy_kwh) as energy_kwh,
    amount_digits(sum(due_incl_tax)) as amount_incl_tax
from claim_lines_due
where account = $account and is_month_claimed and held_back is null
group by currency
order by currency
