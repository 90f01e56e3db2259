-- name: checks.overlapping_sessions
-- severity: error
-- grain: one finding: a session and another that it overlaps
-- purpose: No two sessions at the same EVSE overlap.
-- Each of the two gets a finding, so that both months show it.
with in_order as (
    select
        account,
        session_id,
        started_at,
        arg_max(session_id, stopped_at) over earlier_ones as earlier_id,
        max(stopped_at) over earlier_ones as earlier_stopped_at
    from intermediate.stopped_sessions
    where evse is not null
    window earlier_ones as (
        partition by account, evse
        order by started_at, session_id rows between unbounded preceding and 1 preceding
    )
),

overlapping as (
    select
        account,
        session_id,
        earlier_id as other_id
    from in_order
    where started_at < earlier_stopped_at
),

both_ways as (
    select * from overlapping
    union all
    select
        account,
        other_id as session_id,
        session_id as other_id
    from overlapping
)

select
    ones.account,
    ones.month,
    ones.session_id,
    concat_ws(
        ' ',
        others.session_id,
        microseconds_since_1970(ones.started_at),
        microseconds_since_1970(ones.stopped_at),
        microseconds_since_1970(others.started_at),
        microseconds_since_1970(others.stopped_at)
    ) as cause,
    items(
        'It lasted from {start} to {stop}, and session {other} at the same EVSE from {other_start} to {other_stop}.',
        'Ask the operator which is right.'
    ) as sentences,
    items(
        minute_parameter('start', ones.started_at, ones.timezone),
        minute_parameter('stop', ones.stopped_at, ones.timezone),
        text_parameter('other', others.session_id),
        minute_parameter('other_start', others.started_at, others.timezone),
        minute_parameter('other_stop', others.stopped_at, others.timezone)
    ) as parameters
from both_ways
inner join intermediate.stopped_sessions as ones using (account, session_id)
inner join intermediate.stopped_sessions as others
    on both_ways.account = others.account and both_ways.other_id = others.session_id
