-- name: page_claims
-- grain: one claim and currency
-- purpose: the claims of the page, the newest first
-- parameters:
--   account          text, the logbook's account
-- columns:
--   number           whole number, from 1
--   kind             text, month, corrections or reversal
--   month            first day of the local month; null unless it is a month's claim
--   car              text, the only car that it covers; null if it covers all
--   reverses         number of the claim that it reverses; null unless it is a reversal
--   made_on          local day
--   lines            number of lines, corrections included
--   energy_kwh       kWh
--   amount_incl_tax  currency units
--   currency         ISO 4217 code
--   state            text, made, sent, approved, paid, rejected or reversed
--   state_on         local day of that state; null if the state is made
select
    claims.number,
    claims.kind,
    claims.month,
    claims.car,
    facts.reverses,
    local_day(claims.created_at, accounts.timezone) as made_on,
    claims.lines,
    claims.energy_kwh,
    claims.amount_incl_tax,
    claims.currency,
    claims.state,
    claims.state_on
from claims
inner join facts.claims as facts using (account, number)
inner join facts.accounts as accounts using (account)
where account = $account
order by claims.number desc, claims.currency asc
