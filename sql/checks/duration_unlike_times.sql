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
    'The operator states a duration of ' || duration_text(stated_us) || ', but from '
    || minute_text(started_at, timezone) || ' to ' || minute_text(stopped_at, timezone) || ' it is '
    || duration_text(lasted_us) || '. Ask the operator which is right.' as detail
from timed
where abs(stated_us - lasted_us) > 3600000000 and stopped_at >= started_at
