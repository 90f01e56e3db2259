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
    'It stops at ' || minute_text(sessions.stopped_at, sessions.timezone) || ', later than the answer of '
    || minute_text(staged.stop_stated_at, sessions.timezone) || ' that states it. Ask the operator to correct it, and '
    || 'look whether the clock of this machine is right.' as detail
from intermediate.stopped_sessions as sessions
inner join intermediate.session_states as staged using (account, session_id)
where sessions.stopped_at > staged.stop_stated_at
