-- name: facts.answers
-- grain: one line of raw/
-- purpose: the index of the raw store: where each answer is stored, and its hash to compare the next one with
-- columns:
--   account     text, the logbook's account
--   endpoint    text, which endpoint was asked
--   key         text, what the request was about
--   fetched_at  time of the answer; null for an imported answer without a time
--   url         text, as asked; empty for an imported answer without one
--   status      HTTP status
--   trace_id    text, the operator's id of the request
--   sha256      hex, over the stored bytes of the body
--   segment     text, file under raw/<account>
--   line        line of the segment, from 1
create table facts.answers (
    account varchar not null,
    endpoint varchar not null,
    key varchar not null,
    fetched_at timestamptz,
    url varchar not null,
    status integer not null,
    trace_id varchar,
    sha256 varchar not null,
    segment varchar not null,
    line integer not null
);
