-- name: facts.claim_marks
-- grain: one entry of the journal about a claim
-- purpose: the states that the user recorded for a claim; the newest entry counts
-- columns:
--   entry            place in the journal, from 1
--   marked_at        time of the entry
--   account          text, the logbook's account
--   number           the claim's number
--   manifest_sha256  hex, over the claim's manifest.json; null in entries of older versions
--   state            text, sent, approved, paid or rejected
--   marked_on        local day
create table facts.claim_marks (
    entry integer not null,
    marked_at timestamptz not null,
    account varchar not null,
    number integer not null,
    manifest_sha256 varchar,
    state varchar not null,
    marked_on date not null
);
