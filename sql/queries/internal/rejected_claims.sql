-- name: rejected_claims
-- grain: one claim that was rejected and is not reversed
-- purpose: the claims whose sessions can be claimed again once they are reversed
-- parameters:
--   account  text, the logbook's account
-- columns:
--   number   whole number, from 1 without gaps
select distinct number
from claims
where account = $account and state = 'rejected' and kind <> 'reversal'
order by number
