-- name: explained_session
-- grain: one finished session, or no row
-- purpose: a session's figures and the documents that they come from
-- parameters:
--   account          text, the logbook's account
--   session_id       text, the operator's id
-- columns:
--   account          text, the logbook's account
--   session_id       text, the operator's id
--   kind             text, private, public, or another that the operator sends
--   charge_point     text, the charge point's name; of a public session its address
--   evse             text, the EVSE's identifier
--   car              text, the car's name; null if none was assigned
--   started_at       time
--   stopped_at       time
--   started_local    wall time in the account's time zone
--   stopped_local    wall time in the account's time zone
--   duration_s       seconds
--   idle_s           seconds connected without charging
--   energy_kwh       kWh
--   currency         ISO 4217 code
--   amount_incl_tax  currency units
--   tax_name         text, for example Moms
--   tax_rate         fraction, for example 0.25; null where unknown, or where the tax by a stated net is another
--   tax_amount       currency units; null where unknown
--   amount_excl_tax  currency units; null where unknown
--   average_kw       kW, as the operator states it
--   max_kw           kW, as the operator states it
--   power_samples    number of power samples at different times; 0 without a power history
--   payment_status   text, for example paid
--   stop_reason      text
--   note             text, the driver's own
--   origin           text, fetched, or imported where only imports state the figures
--   revision         of the session's figures
--   document_sha256  hex, the document of the figures
--   curve_sha256     hex, the document of the power history; null without one
--   average_price_incl_tax  currency units per kWh, to four decimals; null without energy
--   digits           decimal digits of the currency's minor unit
--   known_tax_rate   fraction, of the charge point, the settings or the country; null where unknown
--   tax_source       text, where the tax comes from: the session itself, or the source of the rate
--   tax_sha256       hex, the document that the tax rate comes from; null where no document states it
--   period_sha256    hex, the document of the charging periods; null without periods
with period_documents as (
    select distinct
        account,
        session_id,
        document_sha256 as period_sha256
    from staging.charging_periods
)

select
    sessions.*,
    cast(price_per_kwh(sessions.amount_incl_tax, sessions.energy_kwh) as decimal(18, 4)) as average_price_incl_tax,
    staged.minor_unit_decimal as digits,
    sources.tax_rate as known_tax_rate,
    case when staged.net_minor is null then sources.tax_source else 'session' end as tax_source,
    case when staged.net_minor is null then sources.tax_sha256 end as tax_sha256,
    period_documents.period_sha256
from sessions
inner join staging.sessions as staged using (account, session_id)
inner join intermediate.session_charge_points as sources using (account, session_id)
left join period_documents using (account, session_id)
where account = $account and session_id = $session_id
