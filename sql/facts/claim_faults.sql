-- name: facts.claim_faults
-- grain: one account whose claims cannot be used
-- purpose: why nothing more can be claimed; the claims that were loaded before still count
-- columns:
--   account   text, the logbook's account
--   fault     text, in English: what is missing, was changed or cannot be read
--   advice    text, in English: what to do
create table facts.claim_faults (
    account varchar not null,
    fault varchar not null,
    advice varchar not null
);
