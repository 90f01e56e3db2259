-- name: charging_periods
-- grain: one charging period of a finished session
-- purpose: where a session's energy and money lie in time, and what a kWh cost then
-- key: account, session_id, period
-- refresh: session
-- columns:
--   account               text, the logbook's account
--   session_id            text, the operator's id
--   period                whole number, 1 for the oldest
--   started_at            time
--   stopped_at            time
--   state                 text, charging, idle or whatever else the operator says
--   currency              ISO 4217 code
--   spot_price_excl_tax   currency units a kWh; null where the operator does not say
--   markup_incl_tax       currency units a kWh; null where the operator does not say
--   price_incl_tax        currency units a kWh: spot price with tax, and markup; null where one of them is not known
--   energy_kwh            kWh, the share of the meter's that the power history gives the period
--   amount_incl_tax       currency units, the operator's own
with priced as (
    select
        periods.account,
        periods.session_id,
        periods.period,
        periods.started_at,
        periods.stopped_at,
        periods.kind as state,
        sessions.currency,
        cast(periods.spot_price_excl_tax as decimal(18, 9)) as spot_price_excl_tax,
        cast(periods.markup_incl_tax as decimal(18, 9)) as markup_incl_tax,
        cast(
            cast(periods.spot_price_excl_tax as decimal(28, 9)) * (1 + sessions.tax_rate) + periods.markup_incl_tax
            as decimal(18, 9)
        ) as price_incl_tax,
        cast(energy.energy_wh * 0.001 as decimal(18, 3)) as energy_kwh,
        cast(periods.amount_incl_tax as decimal(18, 9)) as amount_incl_tax
    from staging.charging_periods as periods
    inner join sessions
        on periods.account = sessions.account and periods.session_id = sessions.session_id
    inner join staging.period_energy as energy
        on
            periods.account = energy.account
            and periods.session_id = energy.session_id
            and periods.period = energy.period
)

select * from priced
