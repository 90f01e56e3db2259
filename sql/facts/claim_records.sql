-- name: facts.claim_records
-- grain: one entry of the journal about a claim that was made
-- purpose: the claims that were made, also those whose folders were lost since
-- columns:
--   entry            place in the journal, from 1
--   account          text, the logbook's account
--   number           the claim's number
--   manifest_sha256  hex, over the claim's manifest.json
--   month            first day of the local month that it claims; null for corrections and reversals
--   made_on          local day
create table facts.claim_records (
    entry integer not null,
    account varchar not null,
    number integer not null,
    manifest_sha256 varchar not null,
    month date,
    made_on date not null
);
