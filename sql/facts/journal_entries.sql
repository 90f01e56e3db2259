-- name: facts.journal_entries
-- grain: one entry of the journal, and one that it has lost
-- purpose: shows which entries the journal lost at its end, which its own chain of hashes cannot show
-- columns:
--   entry     place in the journal, from 1
--   sha256    hex, the entry's own
--   is_lost   flag: the database before the last rebuild contained it, but the journal did not any more
create table facts.journal_entries (
    entry integer not null,
    sha256 varchar not null,
    is_lost boolean not null
);
