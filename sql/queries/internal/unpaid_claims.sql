-- name: unpaid_claims
-- grain: one claim and currency that is neither paid, rejected nor reversed
-- purpose: what was claimed and is not paid
-- parameters:
--   account          text, the logbook's account
-- columns:
--   number           whole number, from 1 without gaps
--   currency         ISO 4217 code
--   amount_incl_tax  currency units, with the digits that the currency has
--   state            text, the claim's state
-- A reversal is listed only if the claim that it reverses had been paid: only then money goes back.
with paid as (
    select
        account,
        number
    from staging.claim_states
    where state = 'paid'
)

select
    claims.number,
    claims.currency,
    amount_digits(claims.amount_incl_tax) as amount_incl_tax,
    claims.state
from claims
inner join facts.claims as facts using (account, number)
left join paid on facts.account = paid.account and facts.reverses = paid.number
where
    account = $account
    and claims.state not in ('paid', 'rejected', 'reversed')
    and (claims.kind <> 'reversal' or paid.number is not null)
order by claims.number, claims.currency
