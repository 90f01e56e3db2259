-- name: claim_list
-- grain: one claim and currency
-- purpose: the claims that `ladebog claim list` prints
-- parameters:
--   account          text, the logbook's account
-- columns:
--   number           whole number, from 1 without gaps
--   claim            text, what the claim covers
--   made             local day, as text
--   lines            number of lines, corrections included
--   energy_kwh       kWh
--   amount_incl_tax  currency units
--   tax_amount       currency units; null where unknown
--   currency         ISO 4217 code
--   state            text, the claim's state, and the claim that reversed it
--   since            day since which the claim is in that state, as text
select
    claims.number,
    case claims.kind
        when 'month' then month_text(claims.month) || coalesce(' of ' || claims.car, '')
        when 'reversal' then 'reversal of ' || facts.reverses
        else claims.kind
    end as claim,
    day_text(local_day(claims.created_at, accounts.timezone)) as made,
    claims.lines,
    claims.energy_kwh,
    claims.amount_incl_tax,
    claims.tax_amount,
    claims.currency,
    claims.state || coalesce(' by ' || claims.reversed_by, '') as state,
    day_text(claims.state_on) as since
from claims
inner join facts.claims as facts using (account, number)
inner join facts.accounts as accounts using (account)
where account = $account
order by claims.number, claims.currency
