-- name: staging.session_figures
-- grain: one document about one session: a detail answer or an item of a listing
-- purpose: what the document states that decides money or energy, in units and minor units
-- columns:
--   account                  text, the logbook's account
--   session_id               text, the operator's id
--   document_sha256          hex, the document
--   source                   text, detail or listing
--   is_over                  flag: the session has ended, in whatever way
--   is_session               flag: it ended as finished, or with energy or an amount
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
--   figures                  all of these that are compared: equal in two documents that agree
-- A field that a session must not have is compared if a listing of this session states it, or if there is no listing:
-- what listings never contain is no contradiction to the details.
with measured as (
    select
        account,
        session_id,
        document_sha256,
        source,
        source = 'listing'
        or count(*) filter (where source = 'listing') over (
            partition by account, session_id
        ) = 0 as is_compared,
        status not in ('active', 'pending', 'stopping')
        or (status <> 'active' and stopped_at is not null) as is_over,
        status = 'finished'
        or coalesce(energy_wh, 0) <> 0
        or coalesce(total_amount, amount, 0) <> 0 as is_session,
        started_at,
        stopped_at,
        energy_wh,
        payment_status,
        currency,
        minor_unit_decimal,
        to_minor_units(coalesce(total_amount, amount), minor_unit_decimal) as bill_minor,
        amount,
        to_minor_units(amount_without_tax, minor_unit_decimal) as net_minor,
        prices_include_tax,
        free_energy_wh,
        non_billable_energy_wh,
        electricity_cost,
        evse_identifier
    from facts.session_facts
),

with_figures as (
    select
        account,
        session_id,
        document_sha256,
        source,
        is_over,
        is_session,
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
        (
            is_over,
            is_session,
            started_at,
            stopped_at,
            energy_wh,
            payment_status,
            currency,
            bill_minor,
            case
                when count(amount) filter (where is_compared) over of_session > 0
                    then to_minor_units(amount, minor_unit_decimal)
            end,
            case when count(net_minor) filter (where is_compared) over of_session > 0 then net_minor end,
            case
                when count(prices_include_tax) filter (where is_compared) over of_session > 0
                    then prices_include_tax
            end,
            case when count(free_energy_wh) filter (where is_compared) over of_session > 0 then free_energy_wh end,
            case
                when count(non_billable_energy_wh) filter (where is_compared) over of_session > 0
                    then non_billable_energy_wh
            end,
            case
                when count(electricity_cost) filter (where is_compared) over of_session > 0 then electricity_cost
            end,
            case when count(evse_identifier) filter (where is_compared) over of_session > 0 then evse_identifier end
        ) as figures
    from measured
    window of_session as (
        partition by account, session_id
    )
)

select * from with_figures
