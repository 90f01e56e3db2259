-- name: staging.session_documents
-- grain: one version of what the operator sent about a session, or one time at which it sent the same details again
-- purpose: a session's documents in their order, each with its figures in units and minor units
-- columns:
--   account                  text, the logbook's account
--   session_id               text, the operator's id
--   document_sha256          hex, the document
--   source                   text, detail or listing
--   fetched_at               time; null for an imported answer without a time
--   place                    whole number, 1 for the oldest document of the session
--   is_finished              flag: the session has ended, as finished or with energy or an amount
--   is_active                flag: the session has not ended
--   is_imported              flag: an import brought the document, no run of extract
--   started_at               time; null only where a session has not ended, or ended without charging
--   stopped_at               time; null while active
--   energy_wh                Wh, metered and billed
--   payment_status           text, for example paid
--   currency                 ISO 4217 code
--   minor_unit_decimal       digits of the currency's minor unit
--   bill_minor               whole minor units: totalAmount, else amount
--   amount                   currency units, as sent; null where not stated
--   net_minor                whole minor units without tax; null where not stated
--   prices_include_tax       flag; null where not stated
--   free_energy_wh           Wh; null where not stated
--   non_billable_energy_wh   Wh; null where not stated
--   electricity_cost         currency units; null where not stated
--   evse_identifier          text; null where not stated
--   figures                  what is compared with other documents, as in session_figures
-- Neither finished nor active is what ended without being a charging session: otherwise than as finished, without
-- energy and without an amount.
-- Details that a run fetched again unchanged are stored once. Their document comes again at that time, because a list
-- may have stated other figures in between. Runs of older versions do not name it: it is the newest one stored by then.
-- An item of a list with the figures of the list before is placed next to that one: it does not outrank details that
-- were fetched in between. Only a list that changed is newer than the details that were fetched before. Of a session
-- that one list has several times, the last item counts.
with confirmed as (
    select
        documents.account,
        documents.key,
        documents.sha256,
        unchanged.fetched_at,
        unchanged.segment,
        unchanged.line,
        documents.item,
        row_number() over (
            partition by unchanged.account, unchanged.session_id, unchanged.segment, unchanged.fetched_at
            order by answer_order(documents.fetched_at, documents.segment, documents.line, documents.item) desc
        ) as age
    from facts.unchanged_details as unchanged
    inner join main.documents
        on
            unchanged.account = documents.account
            and unchanged.session_id = documents.key
            and unchanged.fetched_at >= documents.fetched_at
            and unchanged.segment >= documents.segment
            and (unchanged.sha256 = documents.sha256 or unchanged.sha256 is null)
    where documents.endpoint = 'session' and documents.status = 200
),

received as (
    select
        account,
        key,
        sha256,
        fetched_at,
        segment,
        line,
        item
    from main.documents
    where status = 200 and endpoint in ('session', 'session_history')
    union all
    select
        account,
        key,
        sha256,
        fetched_at,
        segment,
        line,
        item
    from confirmed
    where age = 1
),

documents_with_figures as (
    select
        figures.account,
        figures.session_id,
        figures.document_sha256,
        figures.source,
        received.fetched_at,
        answer_order(received.fetched_at, received.segment, received.line, received.item) as moment,
        row_number() over (
            partition by
                figures.account,
                figures.session_id,
                figures.source,
                received.segment,
                received.line,
                received.fetched_at
            order by received.item desc
        ) as age_in_answer,
        figures.is_over,
        figures.is_session,
        coalesce(runs.command = 'import', false) as is_imported,
        figures.started_at,
        figures.stopped_at,
        figures.energy_wh,
        figures.payment_status,
        figures.currency,
        figures.minor_unit_decimal,
        figures.bill_minor,
        figures.amount,
        figures.net_minor,
        figures.prices_include_tax,
        figures.free_energy_wh,
        figures.non_billable_energy_wh,
        figures.electricity_cost,
        figures.evse_identifier,
        figures.figures
    from received
    inner join staging.session_figures as figures
        on
            received.account = figures.account
            and received.sha256 = figures.document_sha256
            and received.key = figures.session_id
    left join main.runs
        on received.account = runs.account and received.segment = runs.segment
),

compared as (
    select
        *,
        lag(figures) over (
            partition by account, session_id, source
            order by moment
        ) as figures_before
    from documents_with_figures
    where age_in_answer = 1
),

with_changes as (
    select
        *,
        max(moment) filter (
            where source = 'detail' or figures is distinct from figures_before
        ) over (
            partition by account, session_id, source
            order by moment
            rows unbounded preceding
        ) as changed_at
    from compared
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
            order by changed_at, moment
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
        bill_minor,
        amount,
        net_minor,
        prices_include_tax,
        free_energy_wh,
        non_billable_energy_wh,
        electricity_cost,
        evse_identifier,
        figures
    from with_changes
)

select * from in_order
