-- name: last_claim_number
-- grain: one account
-- purpose: the highest number that a claim of the account ever had, as far as anything knows it
-- parameters:
--   account     text, the logbook's account
-- columns:
--   number      whole number; 0 before the first claim
-- A claim that was lost may still be known by the journal, or by the database before the last rebuild.
with known as (
    select
        account,
        number
    from facts.claims
    union all
    select
        account,
        number
    from facts.claim_records
    union all
    select
        account,
        number
    from facts.claim_marks
    union all
    select
        account,
        cast(link as integer) as number
    from facts.lost_links
    where chain = 'claims'
)

select coalesce(max(number), 0) as number
from known
where account = $account
