-- name: intermediate.known_prices
-- grain: one charging period of known price in one local clock hour
-- purpose: how long which price held while a car was connected, by local day and hour
-- columns:
--   account         text, the logbook's account
--   session_id      text, the operator's id
--   period          whole number, 1 for the oldest
--   hour_start      time at which the local clock hour begins
--   day             local day
--   hour_of_day     whole number, 0 to 23, of the wall time
--   currency        ISO 4217 code
--   price_incl_tax  currency units per kWh
--   duration_us     microseconds of the period in the hour, with or without charging
with hours as (
    select
        local_hours.account,
        local_hours.session_id,
        local_hours.hour_start,
        clock_hours.hour_stop,
        local_hours.day,
        local_hours.hour_of_day
    from main.session_hours as local_hours
    inner join intermediate.session_clock_hours as clock_hours using (account, session_id, hour_start)
)

select
    periods.account,
    periods.session_id,
    periods.period,
    hours.hour_start,
    hours.day,
    hours.hour_of_day,
    periods.currency,
    periods.price_incl_tax,
    microseconds_shared(periods.started_at, periods.stopped_at, hours.hour_start, hours.hour_stop) as duration_us
from main.charging_periods as periods
inner join hours using (account, session_id)
where
    periods.price_incl_tax is not null
    and periods.started_at < hours.hour_stop
    and periods.stopped_at > hours.hour_start
