-- name: staging.session_bills
-- grain: one finished session that has charging periods
-- purpose: which document its charging periods come from: its newest one that lists any
-- columns:
--   account         text, the logbook's account
--   session_id      text, the operator's id
--   period_sha256   hex, the document
with listing_periods as (
    select distinct
        account,
        document_sha256
    from facts.period_facts
),

newest as (
    select
        documents.account,
        documents.session_id,
        arg_max(documents.document_sha256, documents.place) as period_sha256
    from staging.session_documents as documents
    inner join listing_periods
        on documents.account = listing_periods.account and documents.document_sha256 = listing_periods.document_sha256
    where documents.is_finished
    group by documents.account, documents.session_id
)

select * from newest
