-- name: intermediate.missing_details
-- grain: one finished session whose newest detail is missing, or may not be the operator's
-- purpose: the sessions whose details the next run fetches
-- refresh: whole
-- columns:
--   account       text, the logbook's account
--   session_id    text, the operator's id
--   started_at    time
--   stopped_at    time
--   is_not_found  flag: the operator answered last with 404 about it, and still lists it
--   is_excluded   flag: a person excluded the session, so that nothing waits for its details
-- A detail with the figures of the newest listing is the operator's, whichever came first. One with other figures is
-- fetched again if the listed figures changed since, or if it was imported: the operator may have returned to earlier
-- figures, which no listing shows. Where the operator answers the same again, nothing more can be fetched.
-- Of a session that one listing has several times, the last item counts.
-- What ended without being a charging session needs no details. A session that the operator answered last with 404, and
-- that the newest complete listing of its month leaves out, has none to wait for. Details that cannot be read count as
-- missing once the operator no longer finds them.
with listings as (
    select
        documents.account,
        figures.session_id,
        figures.started_at,
        figures.stopped_at,
        figures.is_over,
        figures.is_session,
        answer_order(documents.fetched_at, documents.segment, documents.line, documents.item) as moment,
        row_number() over (
            partition by figures.account, figures.session_id, documents.segment, documents.line
            order by documents.item desc
        ) as age_in_answer,
        figures.figures
    from main.documents as documents
    inner join staging.session_figures as figures
        on documents.account = figures.account and documents.sha256 = figures.document_sha256
    where documents.endpoint = 'session_history'
),

compared as (
    select
        *,
        lag(figures) over (
            partition by account, session_id
            order by moment
        ) as listed_before,
        row_number() over (
            partition by account, session_id
            order by moment desc
        ) as age
    from listings
    where age_in_answer = 1
),

changed as (
    select
        account,
        session_id,
        max(moment) filter (where figures is distinct from listed_before) as changed_at
    from compared
    group by account, session_id
),

details as (
    select
        documents.account,
        documents.key as session_id,
        answer_order(documents.fetched_at, documents.segment, documents.line, documents.item) as moment,
        runs.command,
        figures.is_session,
        figures.figures,
        row_number() over (
            partition by documents.account, documents.key
            order by answer_order(documents.fetched_at, documents.segment, documents.line, documents.item) desc
        ) as age
    from main.documents as documents
    left join staging.session_figures as figures
        on
            documents.account = figures.account
            and documents.sha256 = figures.document_sha256
            and documents.key = figures.session_id
    left join main.runs as runs
        on documents.account = runs.account and documents.segment = runs.segment
    inner join staging.last_answers as last_answers
        on documents.account = last_answers.account and documents.key = last_answers.session_id
    where
        documents.endpoint = 'session'
        and documents.status = 200
        and case when figures.session_id is null then last_answers.status = 200 else figures.stopped_at is not null end
),

unchanged as (
    select
        answers.account,
        answers.session_id,
        max(answer_order(answers.fetched_at, answers.segment, answers.line, 0)) as moment
    from facts.unchanged_details as answers
    left join main.runs
        on answers.account = runs.account and answers.segment = runs.segment
    where coalesce(runs.command <> 'import', true)
    group by answers.account, answers.session_id
),

newest_windows as (
    select
        account,
        missing,
        row_number() over (
            partition by account, month
            order by listed_at desc, run_id desc
        ) as age
    from facts.windows
),

left_out as (
    select distinct
        account,
        unnest(missing) as session_id
    from newest_windows
    where age = 1
),

gone as (
    select
        left_out.account,
        left_out.session_id
    from left_out
    inner join staging.last_answers as last_answers using (account, session_id)
    where last_answers.status = 404
),

missing as (
    select
        compared.account,
        compared.session_id,
        compared.started_at,
        compared.stopped_at,
        coalesce(last_answers.status = 404, false) as is_not_found,
        coalesce(decisions.action = 'exclude', false) as is_excluded
    from compared
    inner join changed using (account, session_id)
    left join details
        on compared.account = details.account and compared.session_id = details.session_id and details.age = 1
    left join unchanged
        on compared.account = unchanged.account and compared.session_id = unchanged.session_id
    left join gone
        on compared.account = gone.account and compared.session_id = gone.session_id
    left join staging.last_answers as last_answers
        on compared.account = last_answers.account and compared.session_id = last_answers.session_id
    left join staging.session_decisions as decisions
        on compared.account = decisions.account and compared.session_id = decisions.session_id
    where
        compared.age = 1
        and gone.session_id is null
        and compared.stopped_at is not null
        and compared.is_over
        and case
            when details.command = 'import' and details.moment > changed.changed_at then details.is_session
            else compared.is_session
        end
        and (
            details.moment is null
            or (
                details.moment < changed.changed_at
                and details.figures is distinct from compared.figures
                and coalesce(unchanged.moment < changed.changed_at, true)
            )
            or (
                details.command = 'import'
                and details.figures is distinct from compared.figures
                and coalesce(unchanged.moment < details.moment, true)
            )
        )
)

select * from missing
