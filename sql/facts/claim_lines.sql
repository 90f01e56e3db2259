-- name: claim_lines
-- grain: one line of a claim
-- purpose: what was claimed for a session, or its part of a month, and what was corrected later
-- columns:
--   account           text, the logbook's account
--   number            the claim's number
--   line              place in the claim, from 1
--   session_id        text, the operator's id
--   month             first day of the local month
--   car               text, the car's name; null if none was assigned
--   currency          ISO 4217 code
--   energy_kwh        kWh that the line adds: in a correction, new minus old
--   amount_incl_tax   currency units that it adds
--   tax_amount        currency units of tax that it adds; null if unknown
--   revision          of the session's figures
--   corrects          number of the claim that it corrects; null for a session claimed for the first time
--   reason            text, late, moved, corrected, withdrawn, repriced or reversed; null if it corrects nothing
create table claim_lines (
    account varchar not null,
    number integer not null,
    line integer not null,
    session_id varchar not null,
    month date not null,
    car varchar,
    currency varchar not null,
    energy_kwh decimal(18, 3) not null,
    amount_incl_tax decimal(18, 3) not null,
    tax_amount decimal(18, 3),
    revision integer not null,
    corrects integer,
    reason varchar
);
