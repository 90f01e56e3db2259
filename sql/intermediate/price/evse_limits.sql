-- name: intermediate.evse_limits
-- grain: one time span in which the operator sent the same data about one of the driver's own EVSEs
-- purpose: the power that the EVSE can deliver, and the minimum price of a session there
-- columns:
--   account            text, the logbook's account
--   charge_point_id    text, the operator's id of the charge point
--   evse_identifier    text, the EVSE's name in sessions
--   max_power_w        W; null where not stated
--   minimum_price      currency units per session, tax included; null where not stated
--   valid_from         time of the first answer with it; null for the oldest, which holds for all time before
--   valid_to           time of the first answer without it; null while there is none
-- An answer without a time counts only where none about the EVSE has one.
with documents_in_order as (
    select
        documents.account,
        evses.charge_point_id,
        evses.evse_identifier,
        evses.max_power_w,
        try_cast(json_text(to_json_or_null(evses.tariff), '$.pricing.minPrice') as decimal(18, 6)) as minimum_price,
        documents.fetched_at,
        max(documents.fetched_at) over (
            partition by documents.account, evses.evse_identifier
        ) as newest_time,
        row_number() over (
            partition by documents.account, evses.evse_identifier
            order by
                answer_order(documents.fetched_at, documents.segment, documents.line, documents.item), evses.evse_id
        ) as place
    from main.documents
    inner join facts.evse_facts as evses
        on documents.account = evses.account and documents.sha256 = evses.document_sha256
    where documents.endpoint = 'charge_points' and documents.status = 200
),

compared as (
    select
        *,
        lag((charge_point_id, max_power_w, minimum_price)) over (
            partition by account, evse_identifier
            order by place
        ) as values_before
    from documents_in_order
    where fetched_at is not null or newest_time is null
),

spans as (
    select
        account,
        charge_point_id,
        evse_identifier,
        max_power_w,
        minimum_price,
        case when values_before is not null then fetched_at end as valid_from,
        lead(fetched_at) over (
            partition by account, evse_identifier
            order by place
        ) as valid_to
    from compared
    where (charge_point_id, max_power_w, minimum_price) is distinct from values_before
)

select * from spans
