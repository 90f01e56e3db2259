-- name: staging.session_documents
-- grain: one version of what the operator sent about a session
-- purpose: a session's documents in their order, each with its figures in units and minor units
-- columns:
--   account              text, the logbook's account
--   session_id           text, the operator's id
--   document_sha256      hex, the document
--   source               text, detail or listing
--   fetched_at           time; null for an imported answer without a time
--   place                whole number, 1 for the oldest document of the session
--   is_finished          flag: the session has ended, as finished or with energy or an amount
--   is_active            flag: the session has not ended
--   is_imported          flag: an import stored the document, no run of extract
--   started_at           time; null only where a session ended without energy and without an amount
--   stopped_at           time; null while active
--   energy_wh            Wh, metered and billed
--   payment_status       text, for example paid
--   currency             ISO 4217 code
--   minor_unit_decimal   digits of the currency's minor unit
--   bill_minor           whole minor units: totalAmount, else amount
--   net_minor            whole minor units without tax; null where not stated
-- Neither finished nor active is what ended without being a charging session: otherwise than as finished, without
-- energy and without an amount.
with documents_with_figures as (
    select
        facts.*,
        documents.fetched_at,
        documents.segment,
        documents.line,
        documents.item,
        facts.status not in ('active', 'pending', 'stopping')
        or (facts.status <> 'active' and facts.stopped_at is not null) as is_over,
        facts.status = 'finished'
        or coalesce(facts.energy_wh, 0) <> 0
        or coalesce(facts.total_amount, facts.amount, 0) <> 0 as is_session,
        coalesce(runs.command = 'import', false) as is_imported
    from main.documents
    inner join facts.session_facts as facts
        on
            documents.account = facts.account
            and documents.sha256 = facts.document_sha256
            and documents.key = facts.session_id
    left join main.runs
        on documents.account = runs.account and documents.segment = runs.segment
    where documents.status = 200 and documents.endpoint in ('session', 'session_history')
),

in_order as (
    select
        account,
        session_id,
        document_sha256,
        source,
        fetched_at,
        row_number() over (
            partition by account, session_id
            order by answer_order(fetched_at, segment, line, item)
        ) as place,
        is_over and is_session as is_finished,
        not is_over as is_active,
        is_imported,
        started_at,
        stopped_at,
        energy_wh,
        payment_status,
        currency,
        minor_unit_decimal,
        to_minor_units(coalesce(total_amount, amount), minor_unit_decimal) as bill_minor,
        to_minor_units(amount_without_tax, minor_unit_decimal) as net_minor
    from documents_with_figures
)

select * from in_order
