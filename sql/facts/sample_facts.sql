-- name: facts.sample_facts
-- grain: one document that lists a power history
-- purpose: the power history of a session as sent, which shows when its energy flowed
-- columns:
--   account          text, the logbook's account
--   document_sha256  hex, the document
--   session_id       text, the operator's id
--   sampled_at       list of times, in the order listed
--   power_kw         list of kW, each from its time until the next
create table facts.sample_facts (
    account varchar not null,
    document_sha256 varchar not null,
    session_id varchar not null,
    sampled_at timestamptz[] not null,
    power_kw decimal(18, 9)[] not null
);
