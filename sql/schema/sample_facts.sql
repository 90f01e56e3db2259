-- name: facts.sample_facts
-- grain: one power sample as one document lists it
-- purpose: the power history of a session, which says when its energy flowed
-- columns:
--   account          text, the logbook's account
--   document_sha256  hex, the document
--   position         place in the document, from 1
--   session_id       text, the operator's id
--   sampled_at       time
--   power_kw         kW, from then until the next sample
create table facts.sample_facts (
    account varchar not null,
    document_sha256 varchar not null,
    position integer not null,
    session_id varchar not null,
    sampled_at timestamptz not null,
    power_kw decimal(38, 18) not null
);
