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
--   is_in_force       flag: the session is on a claim that is neither a reversal nor reversed
with reversed_claims as (
    select distinct
        account,
        reverses as number
    from facts.claims
    where reverses is not null
)

select
    lines.account,
    lines.session_id,
    lines.month,
    coalesce(lines.car, '') as car,
    lines.currency,
    cast(sum(lines.energy_kwh) as decimal(18, 3)) as energy_kwh,
    cast(sum(lines.amount_incl_tax) as decimal(18, 3)) as amount_incl_tax,
    cast(coalesce(sum(lines.tax_amount), 0) as decimal(18, 3)) as tax_amount,
    max(lines.number) as number,
    arg_max(lines.revision, lines.number) as revision,
    bool_or(reversed_claims.number is null and lines.reason is distinct from 'reversed') as is_in_force
from main.claim_lines as lines
left join reversed_claims using (account, number)
group by lines.account, lines.session_id, lines.month, coalesce(lines.car, ''), lines.currency
