-- name: unreadable_details
-- grain: one session whose newest details cannot be read
-- purpose: the sessions whose details the next run asks for again
-- columns:
--   account     text, the logbook's account
--   session_id  text, the operator's id
-- intermediate.unreadable has them too, but as of the last refresh.
with details as (
    select
        account,
        key,
        sha256,
        row_number() over (
            partition by account, key
            order by answer_order(fetched_at, segment, line, item) desc
        ) as age
    from main.documents
    where endpoint = 'session' and status = 200
)

select
    details.account,
    details.key as session_id
from details
inner join facts.quarantine as quarantine
    on
        details.account = quarantine.account
        and details.sha256 = quarantine.document_sha256
        and details.key = quarantine.key
where details.age = 1
