-- name: facts.segments
-- grain: one segment of raw/
-- purpose: how far each segment has been loaded, marked in the transaction that loads it
-- columns:
--   account  text, the logbook's account
--   segment  text, file under raw/<account>
--   lines    lines loaded
--   bytes    bytes that those lines fill
--   sha256   hex, over the whole file once it is finished; null while a run writes it
create table facts.segments (
    account varchar not null,
    segment varchar not null,
    lines integer not null,
    bytes bigint not null,
    sha256 varchar
);
