-- name: facts.claims
-- grain: one claim, that is one folder under claims/
-- purpose: what was claimed, for which month and car
-- columns:
--   account           text, the logbook's account
--   number            whole number, from 1; only those of lost claims are left out
--   kind              text, month, corrections or reversal
--   month             first day of the local month; null unless it is a month's claim
--   car               text, the only car that it covers; null if it covers all
--   currency          ISO 4217 code, the account's at that time
--   created_at        time
--   reverses          number of the claim that it reverses; null unless it is a reversal
--   manifest_sha256   hex, over its manifest.json, which names the SHA-256 of each of its files
--   attachments       number of files in its attachments/
create table facts.claims (
    account varchar not null,
    number integer not null,
    kind varchar not null,
    month date,
    car varchar,
    currency varchar not null,
    created_at timestamptz not null,
    reverses integer,
    manifest_sha256 varchar not null,
    attachments integer not null
);
