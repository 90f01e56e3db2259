-- name: staging.claim_states
-- grain: one claim that was marked
-- purpose: the newest state that the user recorded for a claim
-- columns:
--   account   text, the logbook's account
--   number    the claim's number
--   state     text, sent, approved, paid or rejected
--   state_on  local day of that state
-- A mark is about one claim, not about its number: it names the SHA-256 of the claim's manifest. A mark that names none
-- was written by an older version and is about the claim of that number which existed then.
select
    claims.account,
    claims.number,
    arg_max(marks.state, marks.entry) as state,
    arg_max(marks.marked_on, marks.entry) as state_on
from facts.claims as claims
inner join facts.claim_marks as marks using (account, number)
where
    marks.manifest_sha256 = claims.manifest_sha256
    or (marks.manifest_sha256 is null and marks.marked_at >= claims.created_at)
group by claims.account, claims.number
