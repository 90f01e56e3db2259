-- name: checks.field_not_understood
-- severity: warning
-- grain: one finding
-- purpose: All fields of the newest answers about each session and about the charge points can be understood.
with odd_documents as (
    select distinct
        documents.account,
        documents.endpoint,
        documents.key
    from main.documents as documents
    inner join facts.odd_fields as fields
        on documents.account = fields.account and documents.sha256 = fields.document_sha256
),

newest as (
    select
        documents.account,
        documents.endpoint,
        documents.key,
        arg_max(
            documents.sha256,
            answer_order(documents.fetched_at, documents.segment, documents.line, documents.item)
        ) as document_sha256
    from main.documents as documents
    inner join odd_documents using (account, endpoint, key)
    where documents.status = 200
    group by documents.account, documents.endpoint, documents.key
),

explained as (
    select
        newest.account,
        sessions.month,
        sessions.session_id,
        sorted_text(
            fields.fault
            || case when fields.times > 1 then ' and ' || (fields.times - 1) || ' more in its list' else '' end
        ) as faults
    from newest
    inner join facts.odd_fields as fields
        on newest.account = fields.account and newest.document_sha256 = fields.document_sha256
    left join intermediate.stopped_sessions as sessions
        on newest.account = sessions.account and newest.key = sessions.session_id and newest.endpoint <> 'charge_points'
    where newest.endpoint = 'charge_points' or sessions.session_id is not null
    group by newest.account, sessions.month, sessions.session_id
)

select
    account,
    month,
    session_id,
    faults as cause,
    items(
        case
            when session_id is null
                then 'Of the charge points, what cannot be understood counts as not stated: {faults}.'
            else 'Of its answers, what cannot be understood counts as not stated: {faults}.'
        end,
        'A newer Ladebog may understand it; the answer is kept.',
        'Nothing needs to be done.'
    ) as sentences,
    items(
        text_parameter('faults', faults)
    ) as parameters
from explained
