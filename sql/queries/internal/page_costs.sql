-- name: page_costs
-- grain: one local clock hour of a finished session
-- purpose: how the cost of a session adds up, hour by hour, on the page
-- parameters:
--   account     text, the logbook's account
-- columns:
--   session_id  text, the operator's id
--   second      whole seconds since the session started, when the hour starts; 0 if that is before the session
--   until       whole seconds since the session started, when the hour or the session stops
--   energy      Wh, of the hour
--   amount      thousandths of a currency unit, from the session's start to the end of the hour
select
    hours.session_id,
    cast(
        greatest(
            0, rounded_quotient(microseconds_between(sessions.started_at, hours.hour_start), 1000000)
        ) as bigint
    ) as second,
    cast(
        rounded_quotient(
            microseconds_between(
                sessions.started_at, least(hours_after(hours.hour_start, 1), sessions.stopped_at)
            ),
            1000000
        ) as bigint
    ) as until,
    cast(hours.energy_kwh * 1000 as bigint) as energy,
    cast(
        sum(hours.amount_incl_tax) over (
            partition by hours.session_id
            order by hours.hour_start
        ) * 1000 as bigint
    ) as amount
from session_hours as hours
inner join sessions using (account, session_id)
where account = $account
order by hours.session_id, hours.hour_start
