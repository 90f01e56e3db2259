-- name: staging.claimed_months
-- grain: one month's claim that was not reversed
-- purpose: which months are claimed, for which car
-- columns:
--   account   text, the logbook's account
--   number    the claim's number
--   month     first day of the local month
--   car       text, the only car that it covers; null if it covers all
select
    claims.account,
    claims.number,
    claims.month,
    claims.car
from facts.claims as claims
where
    claims.kind = 'month'
    and not exists (
        select reversals.number
        from facts.claims as reversals
        where reversals.account = claims.account and reversals.reverses = claims.number
    )
