-- name: facts.windows
-- grain: one calendar month whose listing a run read to its end
-- purpose: what the archive knows to be complete, and as of when
-- columns:
--   account    text, the logbook's account
--   run_id     text
--   month      first day of the local month
--   listed_at  time, by the operator's clock where its answers tell it
--   sessions   number of sessions listed
--   missing    list of session ids that the archive knows and the listing did not hold
create table facts.windows (
    account varchar not null,
    run_id varchar not null,
    month date not null,
    listed_at timestamptz not null,
    sessions integer not null,
    missing varchar[] not null
);
