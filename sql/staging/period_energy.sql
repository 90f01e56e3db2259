-- name: staging.period_energy
-- grain: one charging period of a finished session
-- purpose: the meter's Wh, divided over the periods by the power history
-- refresh: session
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   period       whole number, 1 for the oldest
--   weight       whole number, the period's share in the energy; those of a session sum to more than 0
--   is_by_curve  flag: the power history gives the shares, and not time alone
--   energy_wh    Wh, whole; the periods of a session sum to its meter
-- By the curve; without one, or where none of it lies in a charging period, by the time of the charging periods;
-- without those, all in the last period. The floor of each share, then one Wh more for the largest remainders.
with by_curve as (
    select
        periods.account,
        periods.session_id,
        periods.period,
        sum(
            cast(steps.power_mw as decimal(38, 0))
            * microseconds_shared(periods.started_at, periods.stopped_at, steps.started_at, steps.stopped_at)
        ) as milliwatt_microseconds
    from staging.charging_periods as periods
    inner join staging.energy_steps as steps
        on
            periods.account = steps.account
            and periods.session_id = steps.session_id
            and periods.started_at < steps.stopped_at
            and periods.stopped_at > steps.started_at
    where periods.kind = 'charging'
    group by periods.account, periods.session_id, periods.period
),

measured as (
    select
        periods.account,
        periods.session_id,
        periods.period,
        coalesce(by_curve.milliwatt_microseconds, 0) as by_curve,
        case
            when periods.kind = 'charging'
                then greatest(microseconds_between(periods.started_at, periods.stopped_at), 0)
            else 0
        end as by_time,
        case
            when
                row_number() over (
                    partition by periods.account, periods.session_id
                    order by periods.period desc
                ) = 1
                then 1
            else 0
        end as by_stop
    from staging.charging_periods as periods
    left join by_curve
        on
            periods.account = by_curve.account
            and periods.session_id = by_curve.session_id
            and periods.period = by_curve.period
),

weighed as (
    select
        account,
        session_id,
        period,
        cast(
            case
                when sum(by_curve) over session_periods > 0 then by_curve
                when sum(by_time) over session_periods > 0 then by_time
                else by_stop
            end as decimal(38, 0)
        ) as weight,
        sum(by_curve) over session_periods > 0 as is_by_curve
    from measured
    window session_periods as (
        partition by account, session_id
    )
),

divided as (
    select
        weighed.account,
        weighed.session_id,
        weighed.period,
        weighed.weight,
        weighed.is_by_curve,
        sign(sessions.energy_wh) as direction,
        abs(sessions.energy_wh) as whole_wh,
        abs(sessions.energy_wh) * weighed.weight as scaled,
        sum(weighed.weight) over (
            partition by weighed.account, weighed.session_id
        ) as scale
    from weighed
    inner join staging.sessions as sessions
        on weighed.account = sessions.account and weighed.session_id = sessions.session_id
),

floored as (
    select
        account,
        session_id,
        period,
        weight,
        is_by_curve,
        direction,
        whole_wh,
        floor_quotient(scaled, scale) as floor_wh,
        scaled - floor_quotient(scaled, scale) * scale as remainder
    from divided
),

shared as (
    select
        account,
        session_id,
        period,
        weight,
        is_by_curve,
        direction * (
            floor_wh
            + case
                when
                    row_number() over (
                        partition by account, session_id
                        order by remainder desc, period asc
                    ) <= whole_wh - sum(floor_wh) over (
                        partition by account, session_id
                    )
                    then 1
                else 0
            end
        ) as energy_wh
    from floored
)

select
    account,
    session_id,
    period,
    weight,
    is_by_curve,
    cast(energy_wh as bigint) as energy_wh
from shared
