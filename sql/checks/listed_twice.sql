-- name: checks.listed_twice
-- severity: warning
-- grain: one finding
-- purpose: No session whose bill comes from a list is in that list a second time, with other figures.
-- Where the session's details were fetched after such a list, they decide.
with items as (
    select
        documents.account,
        facts.session_id,
        documents.segment,
        documents.line,
        facts.energy_wh,
        facts.started_at,
        facts.stopped_at,
        facts.currency,
        to_minor_units(coalesce(facts.total_amount, facts.amount), facts.minor_unit_decimal) as bill_minor,
        max(answer_order(documents.fetched_at, documents.segment, documents.line, documents.item)) as moment
    from main.documents as documents
    inner join facts.session_facts as facts
        on
            documents.account = facts.account
            and documents.key = facts.session_id
            and documents.sha256 = facts.document_sha256
    where documents.endpoint = 'session_history'
    group by
        documents.account,
        facts.session_id,
        documents.segment,
        documents.line,
        facts.energy_wh,
        facts.started_at,
        facts.stopped_at,
        facts.currency,
        to_minor_units(coalesce(facts.total_amount, facts.amount), facts.minor_unit_decimal)
),

listed as (
    select
        account,
        session_id,
        count(*) as versions,
        max(moment) as moment
    from items
    group by account, session_id, segment, line
),

newest as (
    select
        account,
        session_id,
        versions,
        row_number() over (
            partition by account, session_id
            order by moment desc
        ) as age
    from listed
)

select
    sessions.account,
    sessions.month,
    sessions.session_id,
    states.document_sha256 as cause,
    items(
        'A list of sessions has it {versions} times with different figures, and its details were not fetched since.',
        'The last ones count: {energy} kWh and {bill}.',
        'Fetch its details with: ladebog run'
    ) as sentences,
    items(
        number_parameter('versions', newest.versions),
        number_parameter('energy', sessions.energy_kwh),
        amount_parameter('bill', sessions.amount_incl_tax, sessions.currency)
    ) as parameters
from intermediate.stopped_sessions as sessions
inner join intermediate.session_states as states using (account, session_id)
inner join facts.session_facts as facts
    on states.account = facts.account and states.document_sha256 = facts.document_sha256 and facts.source = 'listing'
inner join newest
    on
        sessions.account = newest.account
        and sessions.session_id = newest.session_id
        and newest.age = 1
        and newest.versions > 1
