-- name: facts.decisions
-- grain: one entry of the journal about a session
-- purpose: what the user decided about single sessions; the newest assign and the newest include or exclude count
-- columns:
--   entry        place in the journal, from 1
--   decided_at   time
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   action       text, assign, exclude, include or tag
--   value        text, the car or the tag; null where the action has none
--   reason       text
create table facts.decisions (
    entry integer not null,
    decided_at timestamptz not null,
    account varchar not null,
    session_id varchar not null,
    action varchar not null,
    value varchar,
    reason varchar not null
);
