-- name: facts.unchanged_answers
-- grain: one answer about anything but a session's details that is as it was stored before
-- purpose: when a stored answer was still that of the operator; raw/ does not contain such an answer
-- columns:
--   account      text, the logbook's account
--   endpoint     text, which endpoint was asked
--   key          text, what the request was about
--   fetched_at   time of the answer
--   sha256       hex, over the stored bytes of the body
create table facts.unchanged_answers (
    account varchar not null,
    endpoint varchar not null,
    key varchar not null,
    fetched_at timestamptz not null,
    sha256 varchar not null
);
