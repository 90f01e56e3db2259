-- name: staging.claimed_sums
-- grain: one session, local month, car and currency with a line of a claim
-- purpose: the sums of all claims, corrections and reversals included
-- columns:
--   account           text, the logbook's account
--   session_id        text, the operator's id
--   month             first day of the local month
--   car               text, the car's name; empty if none was assigned
--   currency          ISO 4217 code
--   energy_kwh        kWh
--   amount_incl_tax   currency units
--   tax_amount        currency units, of the lines whose tax is known
--   number            of the newest claim with a line of it
--   revision          of the session's figures in that line
select
    account,
    session_id,
    month,
    coalesce(car, '') as car,
    currency,
    cast(sum(energy_kwh) as decimal(18, 3)) as energy_kwh,
    cast(sum(amount_incl_tax) as decimal(18, 3)) as amount_incl_tax,
    cast(coalesce(sum(tax_amount), 0) as decimal(18, 3)) as tax_amount,
    max(number) as number,
    arg_max(revision, number) as revision
from main.claim_lines
group by account, session_id, month, coalesce(car, ''), currency
