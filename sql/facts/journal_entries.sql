-- name: facts.journal_entries
-- grain: one entry of the journal
-- purpose: shows which entries the journal lost at its end, which its own chain of hashes cannot show
-- columns:
--   entry   place in the journal, from 1
--   sha256  hex, the entry's own
create table facts.journal_entries (
    entry integer not null,
    sha256 varchar not null
);
