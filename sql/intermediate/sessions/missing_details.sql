-- name: intermediate.missing_details
-- grain: one finished session of which the operator's detail is missing or older than its listed figures
-- purpose: the sessions whose details the next run fetches
-- refresh: whole
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   started_at   time
--   stopped_at   time
-- A session whose newest detail was imported and has other figures than the listing is fetched as well: the operator
-- may have returned to earlier figures, which no listing shows. What ended without being a charging session needs no
-- details.
with listings as (
    select
        documents.account,
        facts.session_id,
        facts.started_at,
        facts.stopped_at,
        facts.status,
        (documents.fetched_at, documents.segment, documents.line, documents.item) as moment,
        (
            facts.status,
            facts.payment_status,
            facts.started_at,
            facts.stopped_at,
            facts.energy_wh,
            facts.currency,
            facts.amount,
            facts.total_amount
        ) as figures,
        (facts.started_at, facts.stopped_at, facts.energy_wh, facts.currency, facts.amount, facts.total_amount)
            as billed_figures
    from main.documents as documents
    inner join facts.session_facts as facts
        on documents.account = facts.account and documents.sha256 = facts.document_sha256
    where documents.endpoint = 'session_history'
),

compared as (
    select
        *,
        lag(figures) over (
            partition by account, session_id
            order by moment asc nulls first
        ) as figures_before,
        row_number() over (
            partition by account, session_id
            order by moment desc nulls last
        ) as age
    from listings
),

changed as (
    select
        account,
        session_id,
        max(moment) filter (where figures is distinct from figures_before) as changed_at
    from compared
    group by account, session_id
),

details as (
    select
        documents.account,
        documents.key as session_id,
        (documents.fetched_at, documents.segment, documents.line, documents.item) as moment,
        runs.command,
        (facts.started_at, facts.stopped_at, facts.energy_wh, facts.currency, facts.amount, facts.total_amount)
            as figures,
        row_number() over (
            partition by documents.account, documents.key
            order by documents.fetched_at desc nulls last, documents.segment desc, documents.line desc
        ) as age
    from main.documents as documents
    left join facts.session_facts as facts
        on documents.account = facts.account and documents.sha256 = facts.document_sha256
    left join main.runs as runs
        on documents.account = runs.account and documents.segment = runs.segment
    where
        documents.endpoint = 'session'
        and documents.status = 200
        and (facts.session_id is null or facts.stopped_at is not null)
),

missing as (
    select
        compared.account,
        compared.session_id,
        compared.started_at,
        compared.stopped_at
    from compared
    inner join changed using (account, session_id)
    left join details
        on compared.account = details.account and compared.session_id = details.session_id and details.age = 1
    inner join staging.sessions as sessions
        on compared.account = sessions.account and compared.session_id = sessions.session_id
    where
        compared.age = 1
        and compared.stopped_at is not null
        and compared.status <> 'active'
        and (sessions.is_finished or sessions.is_active)
        and (
            details.moment is null
            or details.moment < changed.changed_at
            or (details.command = 'import' and details.figures is distinct from compared.billed_figures)
        )
)

select * from missing
