-- name: staging.tariffs
-- grain: one version of the tariff of one of the driver's own EVSEs
-- purpose: its prices, its fees and its minimum price, and the parts that Ladebog does not know
-- columns:
--   account               text, the logbook's account
--   evse_identifier       text, the EVSE's name in sessions
--   place                 whole number, the tariff's place among the documents about the EVSE
--   fetched_at            time of the first document with it; null for an imported answer without a time
--   document_sha256       hex, that document
--   tariff_id             text, the operator's id
--   tariff_type           text: energy tou, duration+energy, flat rate, free, or one that Ladebog does not know
--   currency              ISO 4217 code; null where not stated
--   minimum_price         currency units, of a session that delivered energy; null where there is none
--   connection_fee        currency units per session; null where there is none
--   idle_fee_per_minute   currency units; null where there is none
--   price_per_kwh         currency units, tax included, if it is the same at all times; else null
--   price_per_session     currency units, of a session that delivered energy; null where there is none
--   price_per_period      currency units per begun period of the session's time; null where there is none
--   price_period_minutes  minutes of such a period; null where there is none
--   markup_bands          JSON, the markups by local time of day, as sent; each charging period states its own
--   not_understood        text, keys and values that Ladebog does not know, separated by commas; null if it knows all
-- The price per kWh of the type energy tou is not part of this model: it changes every hour, and a session's charging
-- periods state it. What sets that price, refers to something by its id, reserves money, locks a price or is only
-- displayed is understood: it changes no bill besides the prices that the charging periods state. What limits a fee or
-- begins it later is understood only where there is no such fee.
-- The types differ in what the energy costs: duration+energy has one price per kWh, flat rate only one per session, and
-- free none. A price of another type's kind is not understood.
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
        upper(
            coalesce(
                json_text(tariff, '$.currency.code'),
                case when json_object_at(tariff, '$.currency') is null then json_text(tariff, '$.currency') end
            )
        ) as currency,
        try_cast(json_text(tariff, '$.pricing.minPrice') as decimal(18, 9)) as minimum_price,
        try_cast(json_text(tariff, '$.pricing.connectionFee') as decimal(18, 9)) as connection_fee,
        try_cast(json_text(tariff, '$.pricing.idleFeePerMinute') as decimal(18, 9)) as idle_fee_per_minute,
        try_cast(json_text(tariff, '$.pricing.pricePerKwh') as decimal(18, 9)) as sent_price_per_kwh,
        try_cast(json_text(tariff, '$.pricing.pricePerSession') as decimal(18, 9)) as sent_price_per_session,
        try_cast(json_text(tariff, '$.pricing.pricePerPeriod') as decimal(18, 9)) as sent_price_per_period,
        try_cast(json_text(tariff, '$.pricing.pricePeriodInMinutes') as integer) as price_period_minutes,
        json_text(tariff, '$.pricing.flexibleMarkUpAsFixedPerKwh.intervalPricing') as markup_bands,
        json_object_at(tariff, '$.pricing') as pricing
    from documents_with_tariffs
),

priced as (
    select
        *,
        case
            when tariff_type in ('flat rate', 'free') then 0
            when tariff_type = 'duration+energy' and sent_price_per_period > 0 then coalesce(sent_price_per_kwh, 0)
            when tariff_type = 'duration+energy' then sent_price_per_kwh
        end as price_per_kwh,
        case when tariff_type = 'flat rate' then sent_price_per_session end as price_per_session,
        case
            when tariff_type = 'duration+energy' and price_period_minutes > 0 then sent_price_per_period
        end as price_per_period
    from stated
),

entries as (
    select
        *,
        unnest(entries_of(pricing)) as entry
    from priced
),

named_entries as (
    select
        entries.*,
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
            when name like 'connectionFee%' then coalesce(connection_fee, 0) <> 0
            when name like 'idle%' or name like '%IdleThreshold' then coalesce(idle_fee_per_minute, 0) <> 0
            when name like 'durationFee%' then coalesce(price_per_period, 0) <> 0
            when name = 'pricePerKwh'
                then
                    tariff_type in ('flat rate', 'free')
                    or (tariff_type = 'duration+energy' and coalesce(sent_price_per_kwh < 0, true))
            when name = 'pricePerSession' then coalesce(price_per_session < 0, true)
            when name = 'pricePerPeriod' then coalesce(price_per_period < 0, true)
            when name like 'lock%OnSessionStart' then false
            else
                right(name, 2) not in ('Id', 'ID')
                and not is_display_name(name)
                and not is_only_displayed(content)
                and name not in (
                    'pricePeriodInMinutes',
                    'flexibleMarkUpAsFixedPerKwh',
                    'markupFixedFeePerKwh',
                    'chargePointElectricityRate',
                    'preAuthorizeAmount',
                    'incrementalPreAuthorizationAmount',
                    'lastUpdatedAt'
                )
        end
),

missing_parts as (
    select
        account,
        evse_identifier,
        place,
        case
            when tariff_type = 'free' then null
            when pricing is null then 'pricing'
            when tariff_type = 'duration+energy' and price_per_kwh is null then 'pricing.pricePerKwh'
            when tariff_type = 'flat rate' and price_per_session is null then 'pricing.pricePerSession'
        end as unknown_part
    from priced
),

unknown_types as (
    select
        account,
        evse_identifier,
        place,
        'type ' || coalesce(tariff_type, 'missing') as unknown_part
    from stated
    where coalesce(tariff_type not in ('energy tou', 'duration+energy', 'flat rate', 'free'), true)
),

unknown_parts as (
    select * from unknown_entries
    union distinct
    select * from missing_parts
    union distinct
    select * from unknown_types
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
        priced.*,
        listed.not_understood,
        lag(
            (
                priced.tariff_id,
                priced.tariff_type,
                priced.currency,
                priced.minimum_price,
                priced.connection_fee,
                priced.idle_fee_per_minute,
                priced.price_per_kwh,
                priced.price_per_session,
                priced.price_per_period,
                priced.price_period_minutes,
                priced.markup_bands,
                listed.not_understood
            )
        ) over (
            partition by priced.account, priced.evse_identifier
            order by priced.place
        ) as values_before
    from priced
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
        price_per_kwh,
        price_per_session,
        price_per_period,
        price_period_minutes,
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
            price_per_kwh,
            price_per_session,
            price_per_period,
            price_period_minutes,
            markup_bands,
            not_understood
        ) is distinct from values_before
)

select * from changes
