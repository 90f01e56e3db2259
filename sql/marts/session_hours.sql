-- name: session_hours
-- grain: one local clock hour of a finished session
-- purpose: when a session's energy flowed and its money was spent
-- key: account, session_id, hour_start
-- refresh: session
-- columns:
--   account           text, the logbook's account
--   session_id        text, the operator's id
--   hour_start        time at which the local clock hour begins
--   hour_local        wall time of that moment in the account's time zone; two hours have the same in autumn
--   day               local day
--   hour_of_day       whole number, 0 to 23, of the wall time
--   weekday           whole number, 1 for Monday to 7 for Sunday, of the local day
--   currency          ISO 4217 code
--   energy_kwh        kWh; the hours of a day sum to the day, days to months, months to the session
--   amount_incl_tax   currency units; sums like the energy
--   price_incl_tax    currency units per kWh, of the periods in the hour weighted by energy; null where it is unknown,
--                     and in an hour without energy
--   placed_by         text, what is known of when the energy flowed: power history; without one, charging periods, in
--                     proportion to whose time it is assumed; without those, stop, in whose hour all of it is put
with priced_parts as (
    select
        parts.account,
        parts.session_id,
        parts.hour_start,
        parts.weight,
        to_nano_units(periods.price_incl_tax) as price_nano
    from intermediate.period_parts as parts
    inner join charging_periods as periods using (account, session_id, period)
    where parts.weight > 0
),

hour_prices as (
    select
        account,
        session_id,
        hour_start,
        case
            when count(*) = count(price_nano)
                then cast(rounded_quotient(sum(price_nano * weight), sum(weight) * 1000) * 0.000001 as decimal(18, 6))
        end as price_incl_tax
    from priced_parts
    group by account, session_id, hour_start
),

shares as (
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
        local_time(shares.hour_start, accounts.timezone) as hour_local,
        local_day(shares.hour_start, accounts.timezone) as day,
        cast(extract(hour from local_time(shares.hour_start, accounts.timezone)) as integer) as hour_of_day,
        cast(local_weekday(shares.hour_start, accounts.timezone) as integer) as weekday,
        sessions.currency,
        cast(shares.energy_wh * 0.001 as decimal(18, 3)) as energy_kwh,
        from_minor_units(shares.money_minor, sessions.minor_unit_decimal) as amount_incl_tax,
        prices.price_incl_tax,
        hours.placed_by
    from shares
    inner join staging.sessions as sessions using (account, session_id)
    inner join facts.accounts as accounts using (account)
    inner join intermediate.session_clock_hours as hours using (account, session_id, hour_start)
    left join hour_prices as prices using (account, session_id, hour_start)
)

select * from assembled
