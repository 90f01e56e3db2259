-- name: facts.unlisted_months
-- grain: one calendar month whose listing a run asked for and could not read to its end
-- purpose: the months that a run was to list, also where nothing else is known of them
-- columns:
--   account  text, the logbook's account
--   run_id   text
--   month    first day of the local month
create table facts.unlisted_months (
    account varchar not null,
    run_id varchar not null,
    month date not null
);
