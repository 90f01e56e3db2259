-- name: facts.price_additions
-- grain: one addition to the spot price in one local hour and month, as an account's settings define it
-- purpose: grid fees, electricity tax and the supplier's markup under the basis spot
-- columns:
--   account         text, the logbook's account
--   name            text
--   hour            local hour, 0 to 23
--   month_of_year   1 to 12
--   per_kwh         currency units per kWh, ex. tax
--   valid_from      first local day
--   valid_to        first local day on which it no longer holds; null while it does
create table facts.price_additions (
    account varchar not null,
    name varchar not null,
    hour integer not null,
    month_of_year integer not null,
    per_kwh decimal(18, 6) not null,
    valid_from date not null,
    valid_to date
);
