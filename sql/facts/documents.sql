-- name: documents
-- grain: one change of an answer against the newest of its key; a listing is split into its items
-- purpose: each version of what the operator sent: A, then B, then A again gives three rows
-- columns:
--   account     text, the logbook's account
--   endpoint    text, the endpoint that was asked
--   key         text, what the document is about: a session's id, an EVSE's id, or all
--   fetched_at  time of the answer; null for an imported answer without a time, which counts as the oldest
--   status      HTTP status, 200 or 404
--   sha256      hex, over the document's bytes
--   segment     text, file under raw/<account> that contains it
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
