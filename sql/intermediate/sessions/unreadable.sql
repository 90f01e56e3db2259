-- name: intermediate.unreadable
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
--   is_gone           flag: details that the operator answered last with 404, so that nobody can read them any more
--   is_excluded       flag: a person excluded the session, so that nothing waits for its figures
-- An entry of a list is left out where the session's newer details can be read.
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
                answer_order(documents.fetched_at, documents.segment, documents.line, documents.item) desc
        ) as age
    from main.documents
    inner join facts.answers as answers using (account, segment, line)
    where documents.status = 200
),

-- A month is listed in parts only while a page of it is as large as the largest; other lists of parts are out of date.
-- In the key of a list, its window takes 22 characters.
newest_windows as (
    select
        account,
        month,
        parts,
        row_number() over (partition by account, month order by listed_at desc, run_id desc) as age
    from facts.windows
),

outdated_parts as (
    select
        answers.account,
        answers.key
    from facts.answers as answers
    inner join main.runs as runs using (account, segment)
    inner join newest_windows
        on
            answers.account = newest_windows.account
            and newest_windows.age = 1
            and newest_windows.month = first_of_month(try_cast(left(answers.key, 10) as date))
    where
        answers.endpoint = 'session_history'
        and runs.command <> 'import'
        and substring(answers.key, 5, 6) || substring(answers.key, 17, 6)
        <> substring(cast(newest_windows.month as varchar), 5, 6)
        || substring(cast(last_day(newest_windows.month) as varchar), 5, 6)
        and not is_in_list(newest_windows.parts, left(answers.key, 22))
    group by answers.account, answers.key
),

listings_in_order as (
    select
        answers.account,
        answers.endpoint,
        answers.key,
        answers.sha256,
        answers.key as answer_key,
        row_number() over (
            partition by answers.account, answers.key
            order by answer_order(answers.fetched_at, answers.segment, answers.line, 0) desc
        ) as age
    from facts.answers as answers
    left join outdated_parts
        on answers.account = outdated_parts.account and answers.key = outdated_parts.key
    where answers.endpoint = 'session_history' and answers.status = 200 and outdated_parts.key is null
),

newest as (
    select * from documents_in_order
    where age = 1
    union all
    select * from listings_in_order
    where age = 1
),

in_quarantine as (
    select distinct
        newest.account,
        newest.endpoint,
        newest.key,
        quarantine.document_sha256,
        quarantine.fault,
        first_of_month(
            coalesce(
                local_day(
                    coalesce(sessions.stopped_at, sessions.started_at, quarantine.belongs_at), accounts.timezone
                ),
                try_cast(left(newest.answer_key, 10) as date),
                last_listed.listed_on
            )
        ) as month,
        newest.endpoint = 'session' and coalesce(last_answers.status = 404, false) as is_gone,
        coalesce(decisions.action = 'exclude', false) as is_excluded
    from newest
    inner join facts.quarantine as quarantine
        on
            newest.account = quarantine.account
            and newest.sha256 = quarantine.document_sha256
            and newest.key = quarantine.key
    inner join facts.accounts as accounts on newest.account = accounts.account
    left join staging.last_answers as last_answers
        on newest.account = last_answers.account and newest.key = last_answers.session_id
    left join intermediate.session_states as sessions
        on newest.account = sessions.account and newest.key = sessions.session_id
    left join staging.last_listed as last_listed
        on newest.account = last_listed.account and newest.key = last_listed.session_id
    left join staging.unreadable_entries as entries
        on newest.account = entries.account and newest.key = entries.session_id
    left join staging.session_decisions as decisions
        on newest.account = decisions.account and newest.key = decisions.session_id
    where newest.endpoint <> 'session_history' or not coalesce(entries.has_newer_details, false)
)

select * from in_quarantine
