-- name: staging.unreadable
-- grain: one key whose newest document cannot be decoded
-- purpose: the documents that cannot be read, and the month that each keeps open
-- refresh: whole
-- columns:
--   account           text, the logbook's account
--   endpoint          text, the endpoint that was asked
--   key               text, a session's id, an EVSE's id, all, or the window of a listing
--   document_sha256   hex, the document
--   fault             text, what is wrong, and the path of the field
--   month             first day of the local month, null where unknown
with documents_in_order as (
    select
        documents.account,
        documents.endpoint,
        documents.key,
        documents.sha256,
        answers.key as answer_key,
        row_number() over (
            partition by documents.account, documents.endpoint, documents.key
            order by
                documents.fetched_at desc nulls last, documents.segment desc, documents.line desc, documents.item desc
        ) as age
    from main.documents
    inner join facts.answers as answers using (account, segment, line)
    where documents.status = 200
),

listings_in_order as (
    select
        account,
        endpoint,
        key,
        sha256,
        key as answer_key,
        row_number() over (
            partition by account, key
            order by fetched_at desc nulls last, segment desc, line desc
        ) as age
    from facts.answers
    where endpoint = 'session_history' and status = 200
),

newest as (
    select * from documents_in_order
    where age = 1
    union all
    select * from listings_in_order
    where age = 1
),

in_quarantine as (
    select
        newest.account,
        newest.endpoint,
        newest.key,
        quarantine.document_sha256,
        quarantine.fault,
        coalesce(
            first_of_month(
                local_day(coalesce(sessions.stopped_at, sessions.started_at), accounts.timezone)
            ),
            try_cast(left(newest.answer_key, 10) as date)
        ) as month
    from newest
    inner join facts.quarantine as quarantine
        on newest.account = quarantine.account and newest.sha256 = quarantine.document_sha256
    inner join facts.accounts as accounts on newest.account = accounts.account
    left join staging.sessions as sessions
        on newest.account = sessions.account and newest.key = sessions.session_id
)

select * from in_quarantine
