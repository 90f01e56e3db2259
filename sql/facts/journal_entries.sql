-- name: facts.journal_entries
-- grain: one entry of the journal
-- purpose: shows which entries the journal lost at its end or in place, which its own chain of hashes cannot show
-- columns:
--   entry    place in the journal, from 1
--   sha256   hex, the entry's own
--   action   text, what was recorded; forgotten if the entry was removed with its account
--   account  text, the logbook's account; null if the entry is not about one, or was removed
create table facts.journal_entries (
    entry integer not null,
    sha256 varchar not null,
    action varchar not null,
    account varchar
);
