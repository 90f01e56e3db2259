-- name: facts.lost_links
-- grain: one link of a chain that the logbook's files have lost: an entry of the journal, a segment, a claim
-- purpose: shows what was lost at the end of a chain, which the chain of hashes itself cannot show
-- columns:
--   chain    text, the folder: journal, raw or claims
--   account  text, the logbook's account; empty for the journal
--   link     text, number of the entry or claim, or file of the segment under raw/<account>
--   sha256   hex, the entry's own, over the whole segment, or over the claim's manifest.json
-- The database before the last rebuild contained it, but the files did not any more.
create table facts.lost_links (
    chain varchar not null,
    account varchar not null,
    link varchar not null,
    sha256 varchar not null
);
