-- name: staging.tariffs
-- grain: one version of the tariff of one of the driver's own EVSEs
-- purpose: the fees and the minimum price besides the price per kWh, and the parts that Ladebog does not know
-- columns:
--   account               text, the logbook's account
--   evse_identifier       text, the EVSE's name in sessions
--   place                 whole number, the tariff's place among the documents about the EVSE
--   fetched_at            time of the first document with it; null for an imported answer without a time
--   document_sha256       hex, that document
--   tariff_id             text, the operator's id
--   tariff_type           text, for example energy tou
--   currency              ISO 4217 code; null where not stated
--   minimum_price         currency units, of a session that delivered energy; null where there is none
--   connection_fee        currency units per session; null where there is none
--   idle_fee_per_minute   currency units; null where there is none
--   markup_bands          JSON, the markups by local time of day, as sent; each charging period states its own
--   not_understood        text, keys and values that Ladebog does not know, separated by commas; null if it knows all
-- The price per kWh is not part of this model: it changes every hour, and a session's charging periods state it.
-- What sets the price per kWh, refers to something by its id, reserves money or is only displayed is understood: it
-- changes no bill besides the prices that the charging periods state. What limits a fee or begins it later is
-- understood only where there is no such fee.
-- DuckDB reads JSON numbers as DOUBLE. Its 15 digits are enough for any fee.
with documents_with_tariffs as (
    select
        documents.account,
        evses.evse_identifier,
        documents.fetched_at,
        evses.document_sha256,
        row_number() over (
            partition by documents.account, evses.evse_identifier
            order by
                answer_order(documents.fetched_at, documents.segment, documents.line, documents.item), evses.evse_id
        ) as place,
        to_json_or_null(evses.tariff) as tariff
    from main.documents
    inner join facts.evse_facts as evses
        on documents.account = evses.account and documents.sha256 = evses.document_sha256
    where
        documents.endpoint = 'charge_points'
        and documents.status = 200
        and evses.evse_identifier is not null
        and evses.tariff is not null
),

stated as (
    select
        account,
        evse_identifier,
        place,
        fetched_at,
        document_sha256,
        json_text(tariff, '$.id') as tariff_id,
        json_text(tariff, '$.type') as tariff_type,
        coalesce(
            json_text(tariff, '$.currency.code'),
            case when json_object_at(tariff, '$.currency') is null then json_text(tariff, '$.currency') end
        ) as currency,
        try_cast(json_text(tariff, '$.pricing.minPrice') as decimal(18, 9)) as minimum_price,
        try_cast(json_text(tariff, '$.pricing.connectionFee') as decimal(18, 9)) as connection_fee,
        try_cast(json_text(tariff, '$.pricing.idleFeePerMinute') as decimal(18, 9)) as idle_fee_per_minute,
        json_text(tariff, '$.pricing.flexibleMarkUpAsFixedPerKwh.intervalPricing') as markup_bands,
        json_object_at(tariff, '$.pricing') as pricing
    from documents_with_tariffs
),

entries as (
    select
        account,
        evse_identifier,
        place,
        coalesce(connection_fee, 0) = 0 as is_without_connection_fee,
        coalesce(idle_fee_per_minute, 0) = 0 as is_without_idle_fee,
        unnest(entries_of(pricing)) as entry
    from stated
),

named_entries as (
    select
        entries.account,
        entries.evse_identifier,
        entries.place,
        entries.is_without_connection_fee,
        entries.is_without_idle_fee,
        entries.entry.key as name,
        json_text(entries.entry.value, '$') as content
    from entries
),

unknown_entries as (
    select
        account,
        evse_identifier,
        place,
        'pricing.' || name as unknown_part
    from named_entries
    where
        coalesce(content, '') not in ('', 'null', 'false', '[]', '{}')
        and coalesce(try_cast(content as decimal(38, 18)) <> 0, true)
        and case
            when name in ('minPrice', 'connectionFee', 'idleFeePerMinute')
                then coalesce(try_cast(content as decimal(18, 9)) < 0, true)
            when name like 'connectionFee%' then not is_without_connection_fee
            when name like 'idleFee%' then not is_without_idle_fee
            else
                right(name, 2) not in ('Id', 'ID')
                and name not in (
                    'pricePerKwh',
                    'flexibleMarkUpAsFixedPerKwh',
                    'markupFixedFeePerKwh',
                    'chargePointElectricityRate',
                    'lockPriceOnSessionStart',
                    'lockEnergyPriceOnSessionStart',
                    'preAuthorizeAmount',
                    'incrementalPreAuthorizationAmount',
                    'name',
                    'label',
                    'description',
                    'optimisedLabel',
                    'lastUpdatedAt'
                )
        end
),

unknown_parts as (
    select * from unknown_entries
    union all
    select
        account,
        evse_identifier,
        place,
        'type ' || coalesce(tariff_type, 'missing') as unknown_part
    from stated
    where tariff_type is distinct from 'energy tou'
    union all
    select
        account,
        evse_identifier,
        place,
        'pricing' as unknown_part
    from stated
    where pricing is null
),

listed as (
    select
        account,
        evse_identifier,
        place,
        sorted_text(unknown_part) as not_understood
    from unknown_parts
    group by account, evse_identifier, place
),

compared as (
    select
        stated.*,
        listed.not_understood,
        lag(
            (
                stated.tariff_id,
                stated.tariff_type,
                stated.currency,
                stated.minimum_price,
                stated.connection_fee,
                stated.idle_fee_per_minute,
                stated.markup_bands,
                listed.not_understood
            )
        ) over (
            partition by stated.account, stated.evse_identifier
            order by stated.place
        ) as values_before
    from stated
    left join listed using (account, evse_identifier, place)
),

changes as (
    select
        account,
        evse_identifier,
        place,
        fetched_at,
        document_sha256,
        tariff_id,
        tariff_type,
        currency,
        minimum_price,
        connection_fee,
        idle_fee_per_minute,
        markup_bands,
        not_understood
    from compared
    where
        (
            tariff_id,
            tariff_type,
            currency,
            minimum_price,
            connection_fee,
            idle_fee_per_minute,
            markup_bands,
            not_understood
        ) is distinct from values_before
)

select * from changes
