-- name: sessions
-- grain: one finished charging session
-- purpose: what a driver pays for and claims: energy from the meter, the bill, the tax in it
-- key: account, session_id
-- refresh: session
-- columns:
--   account           text, the logbook's account
--   session_id        text, the operator's id
--   kind              text, private, public, or another that the operator sends
--   charge_point      text, the charge point's name; of a public session its address
--   evse              text, the EVSE's identifier
--   car               text, the car's name in the settings; null if no one assigned one
--   started_at        time
--   stopped_at        time
--   started_local     wall time at which it started, in the account's time zone
--   stopped_local     wall time at which it stopped, in the account's time zone
--   duration_s        seconds
--   idle_s            seconds connected without charging
--   energy_kwh        kWh, by the meter
--   currency          ISO 4217 code
--   amount_incl_tax   currency units, the bill rounded to the currency's minor unit
--   tax_name          text, for example Moms
--   tax_rate          fraction, for example 0.25; null where unknown, or where the tax by a stated net is another
--   tax_amount        currency units, included in the amount; null where unknown
--   amount_excl_tax   currency units; null where the tax is unknown
--   average_kw        kW, as the operator states it
--   max_kw            kW, as the operator states it
--   power_samples     number of power samples at different times; 0 without a power history
--   payment_status    text, for example paid
--   stop_reason       text
--   note              text, the driver's own
--   origin            text, fetched, or imported where only imports state the figures
--   revision          1 for the figures as first seen, one more for each change since
--   document_sha256   hex, the document of the figures
--   curve_sha256      hex, the document of the power history; null without one
-- The tax by a stated net agrees with the known rate if they differ by at most 1 per cent of the bill, or by one minor
-- unit.
with finished as (
    select * from staging.sessions
    where is_finished
),

with_rates as (
    select
        finished.account,
        finished.session_id,
        finished.bill_minor,
        finished.bill_minor - finished.net_minor as stated_tax_minor,
        charge_points.tax_rate,
        rounded_quotient(
            finished.bill_minor * cast(charge_points.tax_rate * 1000000 as decimal(38, 0)),
            cast((1 + charge_points.tax_rate) * 1000000 as decimal(38, 0))
        ) as tax_minor,
        charge_points.charge_point
    from finished
    inner join intermediate.session_charge_points as charge_points using (account, session_id)
),

priced as (
    select
        account,
        session_id,
        coalesce(stated_tax_minor, tax_minor) as tax_minor,
        case
            when stated_tax_minor is null then tax_rate
            when abs(stated_tax_minor - tax_minor) <= greatest(1, abs(bill_minor) * 0.01) then tax_rate
        end as tax_rate,
        charge_point
    from with_rates
),

assembled as (
    select
        finished.account,
        finished.session_id,
        coalesce(texts.type, case when facts.is_personal then 'private' else 'public' end) as kind,
        coalesce(priced.charge_point, texts.address) as charge_point,
        finished.evse_identifier as evse,
        cars.car,
        finished.started_at,
        finished.stopped_at,
        local_time(finished.started_at, accounts.timezone) as started_local,
        local_time(finished.stopped_at, accounts.timezone) as stopped_local,
        coalesce(
            facts.duration_s,
            cast(rounded_quotient(microseconds_between(finished.started_at, finished.stopped_at), 1000000) as bigint)
        ) as duration_s,
        facts.idle_s,
        cast(cast(finished.energy_wh as decimal(38, 0)) * 0.001 as decimal(18, 3)) as energy_kwh,
        finished.currency,
        from_minor_units(finished.bill_minor, finished.minor_unit_decimal) as amount_incl_tax,
        texts.tax_name,
        priced.tax_rate,
        from_minor_units(priced.tax_minor, finished.minor_unit_decimal) as tax_amount,
        from_minor_units(finished.bill_minor - priced.tax_minor, finished.minor_unit_decimal) as amount_excl_tax,
        cast(facts.average_kw as decimal(18, 6)) as average_kw,
        cast(facts.max_kw as decimal(18, 6)) as max_kw,
        coalesce(curves.power_samples, 0) as power_samples,
        facts.payment_status,
        facts.stop_reason,
        texts.note,
        case when finished.is_fetched then 'fetched' else 'imported' end as origin,
        finished.revision,
        finished.document_sha256,
        curves.curve_sha256
    from finished
    inner join facts.session_facts as facts using (account, document_sha256)
    inner join facts.accounts as accounts
        on finished.account = accounts.account
    inner join priced
        on finished.account = priced.account and finished.session_id = priced.session_id
    inner join staging.session_texts as texts
        on finished.account = texts.account and finished.session_id = texts.session_id
    inner join intermediate.session_rules as cars
        on finished.account = cars.account and finished.session_id = cars.session_id
    left join staging.session_curves as curves
        on finished.account = curves.account and finished.session_id = curves.session_id
)

select * from assembled
