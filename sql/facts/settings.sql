-- name: facts.settings
-- grain: one row
-- purpose: which rules the numbers below were made by
-- columns:
--   schema_version      of the tables; a newer one than the program knows is refused
--   ladebog_version     text, that wrote last
--   closed_after_hours  hours after its local end from which a month may count as closed
--   claim_attribution   text, stop or split: which month a claim takes a session into
--   models              SHA-256 in hex, over the models; another one makes everything anew
--   settings            SHA-256 in hex, over the settings; another one makes every session anew
--   loaded_lines        lines of raw/, entries of journal/ and claims that the marts were made from
create table facts.settings (
    schema_version integer not null,
    ladebog_version varchar not null,
    closed_after_hours integer not null,
    claim_attribution varchar not null,
    models varchar not null,
    settings varchar not null,
    loaded_lines bigint not null
);
