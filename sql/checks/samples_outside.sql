-- name: checks.samples_outside
-- severity: warning
-- grain: one finding
-- purpose: No power flowed before a session's start or after its stop.
select
    sessions.account,
    sessions.month,
    sessions.session_id,
    concat_ws(
        ' ',
        curves.samples_outside,
        microseconds_since_1970(sessions.started_at),
        microseconds_since_1970(sessions.stopped_at)
    ) as cause,
    items(
        'Samples of its power history before {start} or after {stop}: {samples}.',
        'They do not count.',
        'Nothing needs to be done.'
    ) as sentences,
    items(
        minute_parameter('start', sessions.started_at, sessions.timezone),
        minute_parameter('stop', sessions.stopped_at, sessions.timezone),
        number_parameter('samples', curves.samples_outside)
    ) as parameters
from intermediate.stopped_sessions as sessions
inner join intermediate.session_curve_sums as curves using (account, session_id)
where curves.samples_outside > 0
