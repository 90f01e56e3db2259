-- name: facts.unchanged_details
-- grain: one session whose outstanding details a run fetched and found unchanged
-- purpose: that the newest details are still the operator's, which raw/ has no further answer for
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   fetched_at   time at which the run ended
--   segment      text, the run's file under raw/<account>
--   line         line of the segment that contains the run's record
create table facts.unchanged_details (
    account varchar not null,
    session_id varchar not null,
    fetched_at timestamptz,
    segment varchar not null,
    line integer not null
);
