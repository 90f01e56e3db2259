-- name: staging.newest_lists
-- grain: one local month of an account that was listed to the end
-- purpose: which archived sessions the newest complete list of a month lacks
-- columns:
--   account   text, the logbook's account
--   month     first day of the local month
--   missing   list of the ids of archived sessions that the list lacks
select
    account,
    month,
    arg_max(missing, listed_at) as missing
from facts.windows
group by account, month
