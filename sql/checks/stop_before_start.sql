-- name: checks.stop_before_start
-- severity: error
-- grain: one finding
-- purpose: No session stops before it starts.
select
    account,
    month,
    session_id,
    concat_ws(' ', microseconds_since_1970(started_at), microseconds_since_1970(stopped_at)) as cause,
    'It starts at ' || minute_text(started_at, timezone) || ' and stops at ' || minute_text(stopped_at, timezone)
    || '. Ask the operator to correct it.' as detail
from intermediate.stopped_sessions
where stopped_at < started_at
