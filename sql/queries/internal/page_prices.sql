-- name: page_prices
-- grain: one charging period of a finished session whose price is known
-- purpose: the price steps beneath the power curves of the page
-- parameters:
--   account     text, the logbook's account
-- columns:
--   session_id  text, the operator's id
--   second      whole seconds since the session started, when the period starts
--   until       whole seconds since the session started, when the period stops
--   price       millionths of a currency unit per kWh, tax included
select
    periods.session_id,
    cast(rounded_quotient(microseconds_between(sessions.started_at, periods.started_at), 1000000) as bigint) as second,
    cast(rounded_quotient(microseconds_between(sessions.started_at, periods.stopped_at), 1000000) as bigint) as until,
    cast(to_micro_units(periods.price_incl_tax) as bigint) as price
from charging_periods as periods
inner join sessions using (account, session_id)
where account = $account and periods.price_incl_tax is not null
order by periods.session_id, periods.period
