-- name: session_hours
-- grain: one local clock hour of a finished session
-- purpose: when a session's energy flowed and its money was spent
-- key: account, session_id, hour_start
-- refresh: session
-- columns:
--   account           text, the logbook's account
--   session_id        text, the operator's id
--   hour_start        time that the local clock hour begins
--   currency          ISO 4217 code
--   energy_kwh        kWh; the hours of a day sum to the day, days to months, months to the session
--   amount_incl_tax   currency units; sums like the energy
--   price_incl_tax    currency units a kWh, of the periods in the hour weighted by energy; null where not known
with shares as (
    select
        account,
        session_id,
        hour_start,
        max(of_hour) filter (where quantity = 'energy') as energy_wh,
        max(of_hour) filter (where quantity = 'money') as money_minor
    from intermediate.session_shares
    group by account, session_id, hour_start
),

assembled as (
    select
        shares.account,
        shares.session_id,
        shares.hour_start,
        sessions.currency,
        cast(shares.energy_wh * 0.001 as decimal(18, 3)) as energy_kwh,
        from_minor_units(shares.money_minor, sessions.minor_unit_decimal) as amount_incl_tax,
        prices.price_incl_tax
    from shares
    inner join staging.sessions as sessions
        on shares.account = sessions.account and shares.session_id = sessions.session_id
    left join intermediate.hour_prices as prices
        on
            shares.account = prices.account
            and shares.session_id = prices.session_id
            and shares.hour_start = prices.hour_start
)

select * from assembled
