-- name: new_documents
-- grain: one document that differs from the one before it
-- purpose: the documents of a batch that the archive must keep; the batch is the temporary table arrivals
-- columns:
--   account     text, the logbook's account
--   endpoint    text, the endpoint that was asked
--   key         text, what the document is about: a session's id, an EVSE's id, or all
--   fetched_at  time of the answer; null for an imported answer without a time, which counts as the oldest
--   status      HTTP status, 200 or 404
--   sha256      hex, over the document's bytes
--   segment     text, file under raw/<account> that contains it
--   line        line of the segment, from 1
--   item        place in the listing, from 1; 0 for a document that is a whole answer
-- A document with a time is kept if it differs from the one before it that has a time. One without a time is kept only
-- if its content was never seen: importing a file twice changes nothing. Where one answer states a session twice and
-- differently, both items are kept.
with candidates as (
    select
        *,
        true as is_arrival
    from arrivals
    union all
    select
        documents.*,
        false as is_arrival
    from documents
    semi join arrivals using (account, endpoint, key)
),

compared as (
    select
        *,
        lag(sha256) over (
            partition by account, endpoint, key, fetched_at is null
            order by fetched_at, segment, line, item
        ) as sha256_before,
        min(sha256) over (
            partition by account, endpoint, key, segment, line
        ) < max(sha256) over (
            partition by account, endpoint, key, segment, line
        ) as is_contradicted,
        row_number() over (
            partition by account, endpoint, key, sha256 order by is_arrival, segment, line, item
        ) as occurrence
    from candidates
)

select
    account,
    endpoint,
    key,
    fetched_at,
    status,
    sha256,
    segment,
    line,
    item
from compared
where
    is_arrival
    and case
        when fetched_at is null then occurrence = 1
        else sha256 is distinct from sha256_before or is_contradicted
    end
order by segment, line, item
