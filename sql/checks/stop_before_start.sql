-- name: checks.stop_before_start
-- severity: error
-- grain: one finding
-- purpose: No session stops before it starts.
select
    account,
    month,
    session_id,
    concat_ws(' ', microseconds_since_1970(started_at), microseconds_since_1970(stopped_at)) as cause,
    items(
        'It starts at {start} and stops at {stop}.',
        'Ask the operator to correct it.'
    ) as sentences,
    items(
        minute_parameter('start', started_at, timezone),
        minute_parameter('stop', stopped_at, timezone)
    ) as parameters
from intermediate.stopped_sessions
where stopped_at < started_at
