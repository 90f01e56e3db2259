-- name: checks.thinned_history
-- severity: warning
-- grain: one finding
-- purpose: The power history has one sample per minute of charging; a fifth of them, or five, may be missing.
-- Operators thin out the history of old sessions; the finest one ever fetched is kept. Without charging periods, a
-- session counts as charging except for the idle time that the operator states.
with counted as (
    select
        sessions.account,
        sessions.month,
        sessions.session_id,
        sessions.power_samples,
        floor_quotient(
            coalesce(sums.charging_us, (sessions.duration_s - coalesce(sessions.idle_s, 0)) * 1000000), 60000000
        ) as minutes
    from intermediate.stopped_sessions as sessions
    left join intermediate.session_period_sums as sums using (account, session_id)
    where sessions.power_samples > 0 and sessions.energy_kwh <> 0
)

select
    account,
    month,
    session_id,
    concat_ws(' ', power_samples, minutes) as cause,
    items(
        'It has {samples} power samples for {minutes} minutes of charging, so when its energy flowed is '
        || 'known less exactly.',
        'The total is the meter''s own.',
        'Nothing needs to be done.'
    ) as sentences,
    items(
        number_parameter('samples', power_samples),
        number_parameter('minutes', minutes)
    ) as parameters
from counted
where power_samples * 5 < minutes * 4 and power_samples + 5 < minutes
