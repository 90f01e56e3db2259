-- name: documents
-- grain: one change of an answer against the newest of its key; a listing is split into its items
-- purpose: what the operator said and when it said something else: A, then B, then A again is three rows
-- columns:
--   account     text, the logbook's account
--   endpoint    text, the question that was answered
--   key         text, what the document is about: a session's id, an EVSE's id, or all
--   fetched_at  time of the answer; null where an imported one names none, which counts as the oldest
--   status      HTTP status, 200 or 404
--   sha256      hex, over the document's bytes
--   segment     text, file under raw/<account> where it stands
--   line        line of the segment, from 1
--   item        place in the listing, from 1; 0 for a document that is a whole answer
create table documents (
    account varchar not null,
    endpoint varchar not null,
    key varchar not null,
    fetched_at timestamptz,
    status integer not null,
    sha256 varchar not null,
    segment varchar not null,
    line integer not null,
    item integer not null
);
