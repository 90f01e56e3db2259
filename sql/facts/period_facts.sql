-- name: facts.period_facts
-- grain: one charging period as one document lists it
-- purpose: when a session's money was spent
-- columns:
--   account          text, the logbook's account
--   document_sha256  hex, the document
--   position         place in the document, from 1
--   session_id       text, the operator's id
--   state            text, kind and price, for example charging@price|0.77516&markup|0.88
--   started_at       time
--   stopped_at       time
--   amount           currency units, as sent
--   free_energy_wh   Wh
create table facts.period_facts (
    account varchar not null,
    document_sha256 varchar not null,
    position integer not null,
    session_id varchar not null,
    state varchar not null,
    started_at timestamptz not null,
    stopped_at timestamptz not null,
    amount decimal(38, 18) not null,
    free_energy_wh bigint
);
