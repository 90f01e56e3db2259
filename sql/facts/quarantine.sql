-- name: facts.quarantine
-- grain: one document that could not be decoded
-- purpose: documents that are left out, with the reason, until a newer version can read them
-- columns:
--   account          text, the logbook's account
--   document_sha256  hex, the document
--   endpoint         text, the endpoint that was asked
--   key              text, what the document is about
--   fault            text, what is wrong and the path of the field
create table facts.quarantine (
    account varchar not null,
    document_sha256 varchar not null,
    endpoint varchar not null,
    key varchar not null,
    fault varchar not null
);
