-- name: facts.settings
-- grain: one row
-- purpose: the settings, models and facts that the marts were computed from
-- columns:
--   schema_version      of the tables; a newer one than the program knows is refused
--   ladebog_version     text, of the Ladebog that wrote last
--   closed_after_hours  hours after its local end from which a month may count as closed
--   claim_attribution   text, stop or split: the month to which a claim assigns a session
--   models              SHA-256 in hex, over the models; a change recomputes everything
--   settings            SHA-256 in hex, over the settings that figures depend on; a change recomputes every session
--   loaded_lines        lines of raw/, entries of journal/ and claims that the marts were computed from
--   price_documents     documents about charge points and prices that the marts were computed from
create table facts.settings (
    schema_version integer not null,
    ladebog_version varchar not null,
    closed_after_hours integer not null,
    claim_attribution varchar not null,
    models varchar not null,
    settings varchar not null,
    loaded_lines bigint not null,
    price_documents bigint not null
);
