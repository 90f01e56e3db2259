-- name: staging.unreadable_entries
-- grain: one session whose newest entry in a list of sessions cannot be decoded
-- purpose: the entries that cannot be read, and whether the session's details make up for each
-- refresh: whole
-- columns:
--   account             text, the logbook's account
--   session_id          text, the operator's id
--   document_sha256     hex, the entry
--   fault               text, what is wrong, and the path of the field
--   has_newer_details   flag: the session's newest details can be read and were answered after the entry
with newest as (
    select
        account,
        endpoint,
        key as session_id,
        sha256 as document_sha256,
        answer_order(fetched_at, segment, line, item) as moment,
        row_number() over (
            partition by account, endpoint, key
            order by answer_order(fetched_at, segment, line, item) desc
        ) as age
    from main.documents
    where endpoint in ('session', 'session_history') and status = 200
),

unchanged as (
    select
        account,
        session_id,
        max(answer_order(fetched_at, segment, line, 0)) as moment
    from facts.unchanged_details
    group by account, session_id
),

readable_details as (
    select
        details.account,
        details.session_id,
        details.moment,
        unchanged.moment as unchanged_moment
    from newest as details
    inner join facts.session_facts as facts
        on
            details.account = facts.account
            and details.document_sha256 = facts.document_sha256
            and details.session_id = facts.session_id
    left join unchanged
        on details.account = unchanged.account and details.session_id = unchanged.session_id
    where details.endpoint = 'session' and details.age = 1
),

in_quarantine as (
    select
        entries.account,
        entries.session_id,
        entries.document_sha256,
        quarantine.fault,
        coalesce(details.moment > entries.moment or details.unchanged_moment > entries.moment, false)
            as has_newer_details
    from newest as entries
    inner join facts.quarantine as quarantine
        on
            entries.account = quarantine.account
            and entries.document_sha256 = quarantine.document_sha256
            and entries.session_id = quarantine.key
    left join readable_details as details
        on entries.account = details.account and entries.session_id = details.session_id
    where entries.endpoint = 'session_history' and entries.age = 1
)

select distinct * from in_quarantine
