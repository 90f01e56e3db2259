-- name: facts.accounts
-- grain: one account of the settings, as of the last transform
-- purpose: its operator, the zone that decides hours, days and months, and the currency that amounts are claimed in
-- columns:
--   account   text, its name in the logbook
--   url       text, the operator's address
--   country   ISO 3166 code
--   timezone  IANA name
--   currency  ISO 4217 code
create table facts.accounts (
    account varchar not null,
    url varchar not null,
    country varchar not null,
    timezone varchar not null,
    currency varchar not null
);
