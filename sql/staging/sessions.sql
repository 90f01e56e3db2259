-- name: staging.sessions
-- grain: one session: finished, active, or ended without being a charging session
-- purpose: the figures of each session, the document they come from, and how often they changed
-- columns:
--   account                  text, the logbook's account
--   session_id               text, the operator's id
--   document_sha256          hex, the document of the figures
--   source                   text, detail or listing: where that document comes from
--   fetched_at               time of that document
--   is_finished              flag: the session has ended, as finished or with energy or an amount
--   is_active                flag: the session has not ended
--   is_fetched               flag: a document with these figures was fetched, not imported
--   stop_stated_at           time of the newest document that states this stop, unless its answer came more than a day
--                            before the stop; null while active, or if there is none with a time
--   started_at               time; null only where a session has not ended, or ended without charging
--   stopped_at               time; null while active
--   energy_wh                Wh, metered and billed
--   currency                 ISO 4217 code
--   minor_unit_decimal       digits of the currency's minor unit
--   bill_minor               whole minor units
--   amount                   currency units, as sent; null where not stated
--   net_minor                whole minor units without tax; null where not stated
--   prices_include_tax       flag; null where not stated
--   free_energy_wh           Wh; null where not stated
--   non_billable_energy_wh   Wh; null where not stated
--   electricity_cost         currency units, the owner's own cost; null where not stated
--   evse_identifier          text, the EVSE's identifier; null where not stated
--   revision                 1 for the figures as first seen finished, one more for each change since; null while
--                            active
-- The figures come from the newest document. If that is an item of a listing, which contains less, they come from the
-- newest detail with the same figures, if there is one. What that document does not state, and the newest one of the
-- other source does, comes from there, if both state the same times, energy and bill.
with compared as (
    select
        *,
        lag((started_at, stopped_at, energy_wh, currency, bill_minor)) over (
            partition by account, session_id, is_finished
            order by place
        ) as figures_before,
        max(fetched_at) filter (where stopped_at <= hours_after(fetched_at, 24)) over (
            partition by account, session_id, is_finished, stopped_at
        ) as stop_stated_at
    from staging.session_documents
),

counted as (
    select
        *,
        count(*) filter (
            where is_finished
            and (started_at, stopped_at, energy_wh, currency, bill_minor) is distinct from figures_before
        ) over (
            partition by account, session_id
        ) as changes,
        row_number() over (
            partition by account, session_id
            order by place desc
        ) as age,
        row_number() over (
            partition by account, session_id, source
            order by place desc
        ) as age_in_source,
        first_value(figures) over (
            partition by account, session_id
            order by place desc
        ) as newest_figures
    from compared
),

preferred as (
    select
        *,
        bool_or(not is_imported and figures = newest_figures) over (
            partition by account, session_id
        ) as is_fetched,
        row_number() over (
            partition by account, session_id
            order by
                case when source = 'detail' and age_in_source = 1 and figures = newest_figures then 0 else age end
        ) as preference
    from counted
),

newest_of_sources as (
    select
        account,
        session_id,
        document_sha256,
        source,
        fetched_at,
        is_finished,
        is_active,
        is_fetched,
        stop_stated_at,
        started_at,
        stopped_at,
        energy_wh,
        currency,
        minor_unit_decimal,
        bill_minor,
        coalesce(amount, lead(amount) over same_figures) as amount,
        coalesce(net_minor, lead(net_minor) over same_figures) as net_minor,
        coalesce(prices_include_tax, lead(prices_include_tax) over same_figures) as prices_include_tax,
        coalesce(free_energy_wh, lead(free_energy_wh) over same_figures) as free_energy_wh,
        coalesce(non_billable_energy_wh, lead(non_billable_energy_wh) over same_figures) as non_billable_energy_wh,
        coalesce(electricity_cost, lead(electricity_cost) over same_figures) as electricity_cost,
        coalesce(evse_identifier, lead(evse_identifier) over same_figures) as evse_identifier,
        changes,
        preference
    from preferred
    where age_in_source = 1
    window same_figures as (
        partition by account, session_id, is_finished, started_at, stopped_at, energy_wh, currency, bill_minor
        order by preference
    )
),

chosen as (
    select
        account,
        session_id,
        document_sha256,
        source,
        fetched_at,
        is_finished,
        is_active,
        is_fetched,
        case when is_finished then stop_stated_at end as stop_stated_at,
        started_at,
        stopped_at,
        energy_wh,
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
        case when is_finished then cast(changes as integer) end as revision
    from newest_of_sources
    where preference = 1
)

select * from chosen
