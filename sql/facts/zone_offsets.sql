-- name: facts.zone_offsets
-- grain: one account and period in which its time zone has one offset
-- purpose: the time zone as Python knows it, to compare with DuckDB's
-- columns:
--   account     text, the logbook's account
--   valid_from  time
--   offset_s    seconds ahead of UTC
create table facts.zone_offsets (
    account varchar not null,
    valid_from timestamptz not null,
    offset_s integer not null
);
