-- name: cheapest_same_night
-- grain: one finished session with energy, whose prices and highest power are known
-- purpose: what a session's energy would have cost at the cheapest hours of the time that the car was connected
-- parameters:
--   account           text, default null: only this account of the logbook
--   year              integer, default null: only sessions that stopped in this local year
--   rows              count, default 20: how many sessions, those with the largest difference first
-- columns:
--   account           text, the logbook's account
--   session_id        text, the operator's id
--   started_local     wall time at which it started
--   energy_kwh        kWh
--   amount_at_prices  currency units, the energy of each charging period times its price
--   cheapest_amount   currency units, the same energy in the cheapest of those periods
--   difference        currency units, the first less the second; never below zero
--   currency          ISO 4217 code
--   stopped_local     wall time at which it stopped
--   charge_point      text, the charge point's name; of a public session its address
-- No period takes more energy than the session's highest power, max_kw, gives in its time, or than it really took. Each
-- amount is rounded once. They are not the bill, which may have fees; the mart bill_audit compares that.
with periods as (
    select
        prices.account,
        prices.session_id,
        prices.period,
        prices.price_incl_tax,
        to_nano_units(prices.price_incl_tax) as price_nano,
        cast(prices.energy_kwh * 1000 as decimal(38, 0)) as energy_wh,
        greatest(
            floor_quotient(
                exact_product(
                    to_micro_units(sessions.max_kw),
                    greatest(microseconds_between(prices.started_at, prices.stopped_at), 0)
                ),
                3600000000000
            ),
            cast(prices.energy_kwh * 1000 as decimal(38, 0))
        ) as most_wh,
        sessions.max_kw
    from charging_periods as prices
    inner join sessions using (account, session_id)
    where
        sessions.energy_kwh > 0
        and coalesce(sessions.account = $account, true)
        and coalesce(year(sessions.stopped_local) = $year, true)
),

queued as (
    select
        *,
        sum(energy_wh) over session_periods as session_wh,
        coalesce(sum(most_wh) over cheaper_periods, 0) as cheaper_wh
    from periods
    window
        session_periods as (
            partition by account, session_id
        ),
        cheaper_periods as (
            partition by account, session_id
            order by price_nano, period
            rows between unbounded preceding and 1 preceding
        )
),

priced as (
    select
        account,
        session_id,
        sum(exact_product(energy_wh, price_nano)) as scaled_amount,
        sum(
            exact_product(least(most_wh, greatest(session_wh - cheaper_wh, 0)), price_nano)
        ) as scaled_cheapest_amount
    from queued
    group by account, session_id
    having count(*) = count(price_nano) and count(*) = count(max_kw)
),

rounded as (
    select
        sessions.account,
        sessions.session_id,
        sessions.started_local,
        sessions.stopped_local,
        sessions.charge_point,
        sessions.energy_kwh,
        sessions.currency,
        from_minor_units(
            rounded_quotient(
                priced.scaled_amount, nano_units_in_minor_unit(states.minor_unit_decimal) * cast(1000 as bigint)
            ),
            states.minor_unit_decimal
        ) as amount_at_prices,
        from_minor_units(
            rounded_quotient(
                priced.scaled_cheapest_amount,
                nano_units_in_minor_unit(states.minor_unit_decimal) * cast(1000 as bigint)
            ),
            states.minor_unit_decimal
        ) as cheapest_amount
    from priced
    inner join sessions using (account, session_id)
    inner join intermediate.session_states as states using (account, session_id)
)

select
    account,
    session_id,
    started_local,
    energy_kwh,
    amount_at_prices,
    cheapest_amount,
    cast(amount_at_prices - cheapest_amount as decimal(18, 3)) as difference,
    currency,
    stopped_local,
    charge_point
from rounded
order by difference desc, started_local asc, account asc, session_id asc
limit $rows
