-- name: explained_claim_lines
-- grain: one line of a claim
-- purpose: what was claimed for a session so far, and what became of these claims
-- parameters:
--   account          text, the logbook's account
--   session_id       text, the operator's id
-- columns:
--   number           the claim's number
--   month            first day of the local month
--   car              text, the car's name; null if none was assigned
--   currency         ISO 4217 code
--   energy_kwh       kWh that the line adds: in a correction, new minus old
--   amount_incl_tax  currency units that it adds
--   reason           text, late, moved, corrected, withdrawn, repriced or reversed; null if it corrects nothing
--   corrects         number of the claim that it corrects; null for a session claimed for the first time
--   state            text, the claim's: made, sent, approved, paid, rejected or reversed
--   state_on         local day of that state; null if the state is made
select
    lines.number,
    lines.month,
    lines.car,
    lines.currency,
    lines.energy_kwh,
    lines.amount_incl_tax,
    lines.reason,
    lines.corrects,
    claims.state,
    claims.state_on
from claim_lines as lines
inner join claims using (account, number, currency)
where lines.account = $account and lines.session_id = $session_id
order by lines.number, lines.line
