-- name: facts.unchanged_details
-- grain: one answer with a session's details that are as they were stored before
-- purpose: when details were still those of the operator; raw/ does not contain such an answer
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   fetched_at   time of the answer; of runs of older versions the time at which the run ended
--   sha256       hex, over the bytes of the details; null in runs of older versions
--   segment      text, the run's file under raw/<account>
--   line         line of the segment that contains the run's record
create table facts.unchanged_details (
    account varchar not null,
    session_id varchar not null,
    fetched_at timestamptz,
    sha256 varchar,
    segment varchar not null,
    line integer not null
);
