-- name: staging.session_curves
-- grain: one finished session that has a power history
-- purpose: the document with its finest curve: operators thin out old curves, so the one with the most samples counts
-- columns:
--   account         text, the logbook's account
--   session_id      text, the operator's id
--   curve_sha256    hex, the document
--   power_samples   number of distinct sample times
with counted as (
    select
        account,
        document_sha256,
        distinct_items(sampled_at) as power_samples
    from facts.sample_facts
),

of_the_same_session as (
    select
        sessions.account,
        sessions.session_id,
        documents.document_sha256 as curve_sha256,
        counted.power_samples,
        row_number() over (
            partition by sessions.account, sessions.session_id
            order by counted.power_samples desc, documents.place desc
        ) as fineness
    from staging.sessions as sessions
    inner join staging.session_documents as documents using (account, session_id, started_at, stopped_at)
    inner join counted
        on documents.account = counted.account and documents.document_sha256 = counted.document_sha256
    where sessions.is_finished
),

finest as (
    select
        account,
        session_id,
        curve_sha256,
        cast(power_samples as integer) as power_samples
    from of_the_same_session
    where fineness = 1
)

select * from finest
