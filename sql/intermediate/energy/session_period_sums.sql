-- name: intermediate.session_period_sums
-- grain: one finished session that has charging periods
-- purpose: the sums of its periods, and whether they cover it from its start to its stop
-- refresh: session
-- columns:
--   account           text, the logbook's account
--   session_id        text, the operator's id
--   amount_incl_tax   currency units, the sum of the operator's amounts
--   charging_us       microseconds in charging periods, each moment once
--   gap_us            microseconds of the session in no period
--   overlap_us        microseconds of periods that an earlier period covers as well
--   outside_us        microseconds of periods before the session's start or after its stop
with in_order as (
    select
        *,
        max(stopped_at) over (
            partition by account, session_id
            order by period rows between unbounded preceding and 1 preceding
        ) as covered_until,
        max(stopped_at) over (
            partition by account, session_id, kind
            order by period rows between unbounded preceding and 1 preceding
        ) as kind_covered_until
    from staging.charging_periods
),

within_sessions as (
    select
        in_order.account,
        in_order.session_id,
        in_order.kind,
        in_order.started_at,
        in_order.stopped_at,
        in_order.amount_incl_tax,
        coalesce(in_order.covered_until, sessions.started_at) as covered_until,
        coalesce(in_order.kind_covered_until, in_order.started_at) as kind_covered_until,
        sessions.started_at as session_started_at,
        sessions.stopped_at as session_stopped_at
    from in_order
    inner join main.sessions as sessions using (account, session_id)
),

summed as (
    select
        account,
        session_id,
        sum(cast(amount_incl_tax as decimal(18, 9))) as amount_incl_tax,
        coalesce(sum(
            greatest(microseconds_between(greatest(started_at, kind_covered_until), stopped_at), 0)
        ) filter (where kind = 'charging'), 0) as charging_us,
        sum(greatest(microseconds_between(covered_until, started_at), 0))
        + greatest(microseconds_between(max(stopped_at), any_value(session_stopped_at)), 0) as gap_us,
        sum(
            greatest(
                microseconds_between(greatest(started_at, session_started_at), least(stopped_at, covered_until)), 0
            )
        ) as overlap_us,
        greatest(microseconds_between(min(started_at), any_value(session_started_at)), 0)
        + greatest(microseconds_between(any_value(session_stopped_at), max(stopped_at)), 0) as outside_us
    from within_sessions
    group by account, session_id
),

typed as (
    select
        account,
        session_id,
        cast(amount_incl_tax as decimal(38, 9)) as amount_incl_tax,
        cast(charging_us as bigint) as charging_us,
        cast(gap_us as bigint) as gap_us,
        cast(overlap_us as bigint) as overlap_us,
        cast(outside_us as bigint) as outside_us
    from summed
)

select * from typed
