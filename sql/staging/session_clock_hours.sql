-- name: staging.session_clock_hours
-- grain: one local clock hour that a finished session lasts into
-- purpose: the hours that a session's energy and money are divided over, with the weight of each
-- refresh: session
-- columns:
--   account        text, the logbook's account
--   session_id     text, the operator's id
--   hour_start     time that the hour begins
--   hour_stop      time that it ends, on a day that the clocks change like on any other
--   day            local day
--   month          first day of the local month
--   is_last        flag: the hour that the session stopped in
--   weight         whole number, for energy and for what money has no period of its own
-- By the power history; without one, by the time of charging periods; without those, all at the stop. Half hours are
-- the steps because some zones change their clocks by one.
with moments as (
    select
        sessions.account,
        sessions.session_id,
        sessions.stopped_at,
        accounts.timezone,
        unnest(
            generate_series(
                local_hour(sessions.started_at, accounts.timezone), sessions.stopped_at, interval 30 minute
            )
        ) as moment
    from main.sessions
    inner join facts.accounts as accounts on sessions.account = accounts.account
),

begins as (
    select distinct
        account,
        session_id,
        timezone,
        local_hour(moment, timezone) as hour_start,
        local_hour(moment, timezone) = local_hour(stopped_at, timezone) as is_last
    from moments
),

hours as (
    select
        account,
        session_id,
        hour_start,
        coalesce(
            lead(hour_start) over (
                partition by account, session_id
                order by hour_start
            ),
            hour_start + interval 1 hour
        ) as hour_stop,
        local_day(hour_start, timezone) as day,
        first_of_month(local_day(hour_start, timezone)) as month,
        is_last
    from begins
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
    inner join staging.energy_steps as steps
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
            microseconds_shared(hours.hour_start, hours.hour_stop, periods.started_at, periods.stopped_at)
        ) as weight
    from hours
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
        ) as weight
    from hours
    left join by_curve
        on
            hours.account = by_curve.account
            and hours.session_id = by_curve.session_id
            and hours.hour_start = by_curve.hour_start
    left join by_time
        on
            hours.account = by_time.account
            and hours.session_id = by_time.session_id
            and hours.hour_start = by_time.hour_start
    window whole_session as (
        partition by hours.account, hours.session_id
    )
)

select * from weighed
