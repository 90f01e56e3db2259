-- name: facts.changed_sessions
-- grain: one session that was loaded since the last transform
-- purpose: the sessions that the next transform recomputes
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
create table facts.changed_sessions (
    account varchar not null,
    session_id varchar not null
);
