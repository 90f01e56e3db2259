-- name: charging_periods
-- grain: one charging period of a finished session
-- purpose: when a session's energy flowed and its money was spent, and the price per kWh
-- key: account, session_id, period
-- refresh: session
-- columns:
--   account               text, the logbook's account
--   session_id            text, the operator's id
--   period                whole number, 1 for the oldest
--   started_at            time at which the period began
--   stopped_at            time at which it ended
--   state                 text, charging, idle or another state that the operator sends
--   currency              ISO 4217 code
--   spot_price_excl_tax   currency units per kWh; null where the operator states no spot price and markup
--   markup_incl_tax       currency units per kWh; null where the operator does not state it
--   price_incl_tax        currency units per kWh: spot price with tax, and markup; null where unknown
--   energy_kwh            kWh, the period's share of the meter's energy, by the power history; never null
--   amount_incl_tax       currency units, the operator's amount; never null; below zero where it gives money back
-- A session without charging periods has no rows. The energies of a session's periods sum to its meter; their amounts
-- need not sum to its bill, which may have fees.
-- A tariff with one price states no markup, nor whether the price includes tax. It counts as the price with tax if the
-- periods' amounts match their energy times the price within one per cent: a price without tax would differ by the
-- whole tax, and a power history is wrong by less than half a per cent. Otherwise the price is unknown.
with periods_with_energy as (
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
            cast(periods.spot_price_excl_tax as decimal(28, 9)) * (1 + charge_points.tax_rate) + periods.markup_incl_tax
            as decimal(18, 9)
        ) as spot_price_incl_tax,
        cast(periods.only_price as decimal(18, 9)) as only_price,
        cast(energy.energy_wh * 0.001 as decimal(18, 3)) as energy_kwh,
        cast(periods.amount_incl_tax as decimal(18, 9)) as amount_incl_tax
    from staging.charging_periods as periods
    inner join sessions using (account, session_id)
    inner join intermediate.session_charge_points as charge_points using (account, session_id)
    inner join intermediate.period_energy as energy using (account, session_id, period)
),

with_cost_of_energy as (
    select
        *,
        sum(cast(only_price * energy_kwh as decimal(38, 12))) over (
            partition by account, session_id
        ) as cost_of_energy,
        sum(case when only_price is not null then cast(amount_incl_tax as decimal(38, 12)) end) over (
            partition by account, session_id
        ) as cost_of_periods
    from periods_with_energy
),

priced as (
    select
        account,
        session_id,
        period,
        started_at,
        stopped_at,
        state,
        currency,
        spot_price_excl_tax,
        markup_incl_tax,
        case
            when spot_price_incl_tax is not null then spot_price_incl_tax
            when cost_of_energy > 0 and 100 * abs(cost_of_periods - cost_of_energy) <= cost_of_energy then only_price
        end as price_incl_tax,
        energy_kwh,
        amount_incl_tax
    from with_cost_of_energy
)

select * from priced
