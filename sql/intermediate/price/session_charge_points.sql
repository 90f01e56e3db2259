-- name: intermediate.session_charge_points
-- grain: one finished session
-- purpose: the data of a session that its charge point's documents state: name, tax and refund of tax
-- columns:
--   account                   text, the logbook's account
--   session_id                text, the operator's id
--   charge_point              text, the newest name of the driver's own charge point; null for other charge points
--   tax_rate                  fraction, the rate of the tax in the bill; null where unknown
--   tax_source                text, the source of the rate: charge point, settings or country; null where unknown
--   tax_sha256                hex, the charge point's document that states the rate; null if another source states it
--   refunds_electricity_tax   flag: the operator refunds the electricity tax to the owner; null where unknown
-- The rate and the flag come from the charge point's document that was newest when the session stopped, else from the
-- earliest later one, else from one without a time. Otherwise the rate is the country's standard rate of that day, from
-- the settings or the seeds, and the flag is unknown. A bill in a foreign currency, or without tax in it, has no rate.
-- A bill whose session states its net has tax in it, whatever else the session states.
with own_evses as (
    select
        documents.account,
        evses.evse_identifier,
        evses.document_sha256,
        evses.charge_point,
        documents.fetched_at,
        row_number() over (
            partition by documents.account, evses.evse_identifier
            order by
                answer_order(documents.fetched_at, documents.segment, documents.line, documents.item), evses.evse_id
        ) as place,
        evses.tax_name,
        cast(evses.tax_percent * 0.01 as decimal(9, 6)) as tax_rate,
        evses.refunds_electricity_tax
    from main.documents
    inner join facts.evse_facts as evses
        on documents.account = evses.account and documents.sha256 = evses.document_sha256
    where documents.endpoint = 'charge_points' and documents.status = 200
),

finished as (
    select
        sessions.account,
        sessions.session_id,
        sessions.stopped_at,
        sessions.evse_identifier,
        accounts.country,
        local_day(sessions.stopped_at, accounts.timezone) as stopped_on,
        (
            sessions.currency = accounts.currency
            and (coalesce(sessions.prices_include_tax, true) or sessions.net_minor is not null)
        ) as is_taxed_here
    from staging.sessions as sessions
    inner join facts.accounts as accounts using (account)
    where sessions.is_finished
),

named as (
    select
        account,
        evse_identifier,
        arg_max(charge_point, place) as charge_point
    from own_evses
    group by account, evse_identifier
),

in_preference as (
    select
        finished.account,
        finished.session_id,
        evses.tax_rate,
        evses.refunds_electricity_tax,
        evses.document_sha256,
        row_number() over (
            partition by finished.account, finished.session_id
            order by document_preference(evses.fetched_at, evses.place, finished.stopped_at)
        ) as preference
    from finished
    inner join own_evses as evses using (account, evse_identifier)
),

stated as (
    select
        account,
        session_id,
        arg_min(tax_rate, preference) filter (where tax_rate is not null) as tax_rate,
        arg_min(document_sha256, preference) filter (where tax_rate is not null) as tax_sha256,
        arg_min(refunds_electricity_tax, preference) filter (
            where refunds_electricity_tax is not null
        ) as refunds_electricity_tax
    from in_preference
    group by account, session_id
),

with_tax_rates as (
    select
        finished.account,
        finished.session_id,
        named.charge_point,
        case
            when finished.is_taxed_here then coalesce(stated.tax_rate, of_settings.tax_rate, of_seeds.tax_rate)
        end as tax_rate,
        case
            when not finished.is_taxed_here then null
            when stated.tax_rate is not null then 'charge point'
            when of_settings.tax_rate is not null then 'settings'
            when of_seeds.tax_rate is not null then 'country'
        end as tax_source,
        case when finished.is_taxed_here then stated.tax_sha256 end as tax_sha256,
        stated.refunds_electricity_tax
    from finished
    left join named using (account, evse_identifier)
    left join stated using (account, session_id)
    left join facts.tax_rates as of_settings
        on
            finished.country = of_settings.country
            and finished.stopped_on >= of_settings.valid_from
            and finished.stopped_on < coalesce(of_settings.valid_to, date '9999-12-31')
    left join seeds.standard_tax_rates as of_seeds
        on
            finished.country = of_seeds.country
            and finished.stopped_on >= of_seeds.valid_from
            and finished.stopped_on < coalesce(of_seeds.valid_to, date '9999-12-31')
)

select * from with_tax_rates
