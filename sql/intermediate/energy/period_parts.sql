-- name: intermediate.period_parts
-- grain: one charging period of a finished session in one local clock hour
-- purpose: the operator's own amount of a period, divided where the period crosses an hour
-- refresh: session
-- columns:
--   account        text, the logbook's account
--   session_id     text, the operator's id
--   period         whole number, 1 for the oldest
--   hour_start     time at which the hour begins
--   weight         whole number, for energy: by the power history; without one, by the time of charging periods
--   is_by_curve    flag: the session's weights come from the power history, not from time alone
--   amount_nano    whole billionths of a currency unit; the parts of a period sum to its amount
-- Energy flows in charging periods only. An amount is divided by the energy on each side, or by time if there is none;
-- parts are rounded down, and the last part gets the rest. A period outside the session counts at its start or stop.
with clamped as (
    select
        periods.account,
        periods.session_id,
        periods.period,
        periods.kind,
        least(greatest(periods.started_at, sessions.started_at), sessions.stopped_at) as started_at,
        least(greatest(periods.stopped_at, sessions.started_at), sessions.stopped_at) as stopped_at,
        cast(cast(periods.amount_incl_tax as decimal(38, 9)) * 1000000000 as decimal(38, 0)) as amount_nano
    from staging.charging_periods as periods
    inner join main.sessions using (account, session_id)
),

crossed as (
    select
        clamped.*,
        hours.hour_start,
        hours.hour_stop,
        microseconds_shared(hours.hour_start, hours.hour_stop, clamped.started_at, clamped.stopped_at) as microseconds
    from clamped
    inner join intermediate.session_clock_hours as hours
        on
            clamped.account = hours.account
            and clamped.session_id = hours.session_id
            and clamped.started_at < hours.hour_stop
            and (clamped.stopped_at > hours.hour_start or clamped.started_at >= hours.hour_start)
),

by_curve as (
    select
        crossed.account,
        crossed.session_id,
        crossed.period,
        crossed.hour_start,
        sum(
            cast(steps.power_mw as decimal(38, 0))
            * microseconds_shared(
                greatest(crossed.started_at, crossed.hour_start),
                least(crossed.stopped_at, crossed.hour_stop),
                steps.started_at,
                steps.stopped_at
            )
        ) as weight
    from crossed
    inner join intermediate.energy_steps as steps
        on
            crossed.account = steps.account
            and crossed.session_id = steps.session_id
            and crossed.started_at < steps.stopped_at
            and crossed.stopped_at > steps.started_at
            and crossed.hour_start < steps.stopped_at
            and crossed.hour_stop > steps.started_at
    where crossed.kind = 'charging'
    group by crossed.account, crossed.session_id, crossed.period, crossed.hour_start
),

weighed as (
    select
        crossed.account,
        crossed.session_id,
        crossed.period,
        crossed.hour_start,
        crossed.amount_nano,
        cast(
            case
                when sum(by_curve.weight) over whole_session > 0 then coalesce(by_curve.weight, 0)
                when crossed.kind = 'charging' then crossed.microseconds
                else 0
            end as decimal(38, 0)
        ) as weight,
        cast(
            case
                when sum(by_curve.weight) over whole_period > 0 then coalesce(by_curve.weight, 0)
                else crossed.microseconds
            end as decimal(38, 0)
        ) as share,
        coalesce(sum(by_curve.weight) over whole_session > 0, false) as is_by_curve,
        row_number() over (
            partition by crossed.account, crossed.session_id, crossed.period
            order by crossed.hour_start desc
        ) as place_from_end
    from crossed
    left join by_curve using (account, session_id, period, hour_start)
    window
        whole_session as (
            partition by crossed.account, crossed.session_id
        ),
        whole_period as (
            partition by crossed.account, crossed.session_id, crossed.period
        )
),

rounded_down as (
    select
        *,
        case
            when place_from_end = 1 then 0
            else floor_quotient(
                amount_nano * share,
                sum(share) over (
                    partition by account, session_id, period
                )
            )
        end as part_nano
    from weighed
),

divided as (
    select
        account,
        session_id,
        period,
        hour_start,
        weight,
        is_by_curve,
        case
            when place_from_end = 1
                then amount_nano - sum(part_nano) over (
                    partition by account, session_id, period
                )
            else part_nano
        end as amount_nano
    from rounded_down
)

select * from divided
