-- name: kept_entries
-- grain: one entry of the journal that the database has loaded with its content
-- purpose: which entries must not be marked as forgotten in the journal, while their account is still there
-- columns:
--   entry    place in the journal, from 1
--   account  text, the logbook's account; empty if the entry is not about one
select
    entry,
    coalesce(account, '') as account
from facts.journal_entries
where action <> 'forgotten'
order by entry
