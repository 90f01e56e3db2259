-- name: facts.windows
-- grain: one calendar month whose listing a run read to its end
-- purpose: which months the archive has completely, and since when
-- columns:
--   account       text, the logbook's account
--   run_id        text
--   month         first day of the local month
--   listed_at     time, by the operator's clock where its answers state it
--   sessions      number of sessions listed
--   missing       list of the ids of sessions that are in the archive but not in the listing
--   largest_page  items on the largest page that the operator had sent so far; 0 where older versions did not count
--   parts         list of the windows, as in the keys of answers, in which the month was listed once more
--   cut_days      list of days whose own listing has as many items as the largest page
create table facts.windows (
    account varchar not null,
    run_id varchar not null,
    month date not null,
    listed_at timestamptz not null,
    sessions integer not null,
    missing varchar[] not null,
    largest_page integer not null,
    parts varchar[] not null,
    cut_days date[] not null
);
