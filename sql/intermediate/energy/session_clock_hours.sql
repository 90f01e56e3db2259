-- name: intermediate.session_clock_hours
-- grain: one local clock hour that a finished session lasts into
-- purpose: the hours between which a session's energy and money are divided, with the weight of each
-- refresh: session
-- columns:
--   account        text, the logbook's account
--   session_id     text, the operator's id
--   hour_start     time at which the hour begins
--   hour_stop      time at which it ends, also on days on which the clocks change
--   day            local day
--   month          first day of the local month
--   is_last        flag: the hour in which the session stopped
--   weight         whole number, for energy, and for money that no period accounts for
--   placed_by      text, what the session's weights come from: power history, charging periods or stop
-- The weight is by the power history; without one, by the time of charging periods; without those, all at the stop. An
-- hour begins where the local clock shows a full hour and where it is changed, which zones do at any quarter of an
-- hour. A session that stops at the first moment of an hour lasts into that hour, so it belongs to the day of its stop.
with lasting as (
    select
        sessions.account,
        sessions.session_id,
        least(sessions.started_at, sessions.stopped_at) as started_at,
        sessions.stopped_at,
        accounts.timezone
    from main.sessions
    inner join facts.accounts as accounts using (account)
),

quarters as (
    select
        *,
        unnest(
            series(
                local_hour(started_at, timezone) - interval 15 minute, stopped_at + interval 1 hour, interval 15 minute
            )
        ) as moment
    from lasting
),

with_local_times as (
    select
        *,
        local_time(moment, timezone) as local_moment
    from quarters
),

compared as (
    select
        *,
        lag(local_moment) over (
            partition by account, session_id
            order by moment
        ) as local_before
    from with_local_times
),

hour_starts as (
    select
        *,
        lead(moment) over (
            partition by account, session_id
            order by moment
        ) as next_moment
    from compared
    where
        local_moment = date_trunc('hour', local_moment)
        or local_moment <> local_before + interval 15 minute
),

hours as (
    select
        account,
        session_id,
        moment as hour_start,
        next_moment as hour_stop,
        cast(local_moment as date) as day,
        first_of_month(local_moment) as month,
        next_moment > stopped_at as is_last
    from hour_starts
    where moment <= stopped_at and next_moment > started_at
),

by_curve as (
    select
        hours.account,
        hours.session_id,
        hours.hour_start,
        sum(
            cast(steps.power_mw as decimal(38, 0))
            * microseconds_shared(hours.hour_start, hours.hour_stop, steps.started_at, steps.stopped_at)
        ) as weight
    from hours
    inner join intermediate.energy_steps as steps
        on
            hours.account = steps.account
            and hours.session_id = steps.session_id
            and hours.hour_start < steps.stopped_at
            and hours.hour_stop > steps.started_at
    group by hours.account, hours.session_id, hours.hour_start
),

by_time as (
    select
        hours.account,
        hours.session_id,
        hours.hour_start,
        sum(
            microseconds_shared(
                greatest(hours.hour_start, sessions.started_at),
                least(hours.hour_stop, sessions.stopped_at),
                periods.started_at,
                periods.stopped_at
            )
        ) as weight
    from hours
    inner join main.sessions using (account, session_id)
    inner join staging.charging_periods as periods
        on
            hours.account = periods.account
            and hours.session_id = periods.session_id
            and hours.hour_start < periods.stopped_at
            and hours.hour_stop > periods.started_at
    where periods.kind = 'charging'
    group by hours.account, hours.session_id, hours.hour_start
),

weighed as (
    select
        hours.account,
        hours.session_id,
        hours.hour_start,
        hours.hour_stop,
        hours.day,
        hours.month,
        hours.is_last,
        cast(
            case
                when sum(by_curve.weight) over whole_session > 0 then coalesce(by_curve.weight, 0)
                when sum(by_time.weight) over whole_session > 0 then coalesce(by_time.weight, 0)
                when hours.is_last then 1
                else 0
            end as decimal(38, 0)
        ) as weight,
        case
            when sum(by_curve.weight) over whole_session > 0 then 'power history'
            when sum(by_time.weight) over whole_session > 0 then 'charging periods'
            else 'stop'
        end as placed_by
    from hours
    left join by_curve using (account, session_id, hour_start)
    left join by_time using (account, session_id, hour_start)
    window whole_session as (
        partition by hours.account, hours.session_id
    )
)

select * from weighed
