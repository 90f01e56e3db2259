-- name: facts.claim_marks
-- grain: one entry of the journal about a claim
-- purpose: the states that the user recorded for a claim; the newest entry counts
-- columns:
--   entry       place in the journal, from 1
--   account     text, the logbook's account
--   number      the claim's number
--   state       text, sent, approved, paid or rejected
--   marked_on   local day
create table facts.claim_marks (
    entry integer not null,
    account varchar not null,
    number integer not null,
    state varchar not null,
    marked_on date not null
);
