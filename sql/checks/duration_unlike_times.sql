-- name: checks.duration_unlike_times
-- severity: error
-- grain: one finding
-- purpose: A session's duration and the time from its start to its stop differ by no more than an hour.
with timed as (
    select
        *,
        duration_s * 1000000 as stated_us,
        microseconds_between(started_at, stopped_at) as lasted_us
    from intermediate.stopped_sessions
)

select
    account,
    month,
    session_id,
    concat_ws(' ', duration_s, lasted_us) as cause,
    items(
        'The operator states a duration of {stated}, but from {start} to {stop} it is {lasted}.',
        'Ask the operator which is right.'
    ) as sentences,
    items(
        duration_parameter('stated', stated_us),
        minute_parameter('start', started_at, timezone),
        minute_parameter('stop', stopped_at, timezone),
        duration_parameter('lasted', lasted_us)
    ) as parameters
from timed
where abs(stated_us - lasted_us) > 3600000000 and stopped_at >= started_at
