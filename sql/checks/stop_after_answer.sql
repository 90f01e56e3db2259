-- name: checks.stop_after_answer
-- severity: error
-- grain: one finding
-- purpose: No session stops later than the newest answer that states its stop.
-- A stop later than a day after the answer is not accepted at all. Once an answer states it after it has passed, also
-- unchanged, the finding is gone.
select
    sessions.account,
    sessions.month,
    sessions.session_id,
    concat_ws(' ', microseconds_since_1970(sessions.stopped_at), microseconds_since_1970(staged.stop_stated_at))
        as cause,
    items(
        'It stops at {stop}, later than the answer of {answered} that states it.',
        'Ask the operator to correct it, and look whether the clock of this machine is right.'
    ) as sentences,
    items(
        minute_parameter('stop', sessions.stopped_at, sessions.timezone),
        minute_parameter('answered', staged.stop_stated_at, sessions.timezone)
    ) as parameters
from intermediate.stopped_sessions as sessions
inner join intermediate.session_states as staged using (account, session_id)
where sessions.stopped_at > staged.stop_stated_at
