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
-- differently, both items are kept. A session's document is kept once more when its stop has passed that lay ahead of
-- the answer before.
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
        lag(fetched_at) over (
            partition by account, endpoint, key, fetched_at is null
            order by fetched_at, segment, line, item
        ) as fetched_before,
        row_number() over (
            partition by account, endpoint, key, sha256 order by is_arrival, segment, line, item
        ) as occurrence
    from candidates
)

select
    compared.account,
    compared.endpoint,
    compared.key,
    compared.fetched_at,
    compared.status,
    compared.sha256,
    compared.segment,
    compared.line,
    compared.item
from compared
left join facts.session_facts as facts
    on
        compared.account = facts.account
        and compared.sha256 = facts.document_sha256
        and compared.key = facts.session_id
where
    compared.is_arrival
    and case
        when compared.fetched_at is null then compared.occurrence = 1
        else
            compared.sha256 is distinct from compared.sha256_before
            or compared.is_contradicted
            or coalesce(compared.fetched_before < facts.stopped_at and facts.stopped_at <= compared.fetched_at, false)
    end
order by compared.segment, compared.line, compared.item
