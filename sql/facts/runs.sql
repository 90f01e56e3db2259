-- name: runs
-- grain: one run, that is one segment of raw/
-- purpose: when each run asked the operator, and how it ended
-- columns:
--   account                text, the logbook's account
--   run_id                 text
--   command                text, extract or import; unknown if a crash left no record
--   version                text, of Ladebog
--   outcome                text, complete, failed or interrupted
--   error                  text, why it failed
--   caught_up              flag: it listed everything up to its day that earlier runs had not listed
--   segment                text, file under raw/<account>
--   started_at             time
--   finished_at            time
create table runs (
    account varchar not null,
    run_id varchar not null,
    command varchar not null,
    version varchar not null,
    outcome varchar not null,
    error varchar,
    caught_up boolean not null,
    segment varchar not null,
    started_at timestamptz not null,
    finished_at timestamptz
);
