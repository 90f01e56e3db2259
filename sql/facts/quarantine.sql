-- name: facts.quarantine
-- grain: one document that could not be decoded
-- purpose: keep what is broken apart from what is sound, with the reason, until a newer version can read it
-- columns:
--   account          text, the logbook's account
--   document_sha256  hex, the document
--   endpoint         text, the question that was answered
--   key              text, what the document is about
--   fault            text, what is wrong and the path of the field
create table facts.quarantine (
    account varchar not null,
    document_sha256 varchar not null,
    endpoint varchar not null,
    key varchar not null,
    fault varchar not null
);
