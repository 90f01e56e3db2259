-- name: facts.quarantine
-- grain: one document that could not be decoded, or of which a part could not
-- purpose: documents that are left out, with the reason, until a newer version can read them
-- columns:
--   account          text, the logbook's account
--   document_sha256  hex, the document
--   endpoint         text, the endpoint that was asked
--   key              text, what the document is about
--   fault            text, what is wrong and the path of the field
--   belongs_at       time of the stop that it states, else of the start; null where neither is plausible
--   plausible_from   time; in an answer from then on its times would be plausible; null if the fault is another
create table facts.quarantine (
    account varchar not null,
    document_sha256 varchar not null,
    endpoint varchar not null,
    key varchar not null,
    fault varchar not null,
    belongs_at timestamptz,
    plausible_from timestamptz
);
