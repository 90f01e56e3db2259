-- name: facts.odd_fields
-- grain: one field of a document that could not be understood
-- purpose: what counts as not stated although a document states it
-- columns:
--   account          text, the logbook's account
--   document_sha256  hex, the document
--   path             text, the field; all items of a list have the same path
--   times            number of values that could not be understood, more than 1 only in a list
--   fault            text, what is wrong with the first, and its path
--   value            JSON, the first as sent, up to 1,000 characters
create table facts.odd_fields (
    account varchar not null,
    document_sha256 varchar not null,
    path varchar not null,
    times bigint not null,
    fault varchar not null,
    value varchar not null
);
