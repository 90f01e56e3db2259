-- name: checks.long_charging
-- severity: warning
-- grain: one finding
-- purpose: No session charges for over 48 hours.
-- Without charging periods, a session counts as charging except for the idle time that the operator states.
with charged as (
    select
        sessions.account,
        sessions.month,
        sessions.session_id,
        coalesce(sums.charging_us, (sessions.duration_s - coalesce(sessions.idle_s, 0)) * 1000000) as charging_us
    from intermediate.stopped_sessions as sessions
    left join intermediate.session_period_sums as sums using (account, session_id)
)

select
    account,
    month,
    session_id,
    cast(charging_us as varchar) as cause,
    items(
        'It charged for {duration}.',
        'Check whether it is one session of one car.'
    ) as sentences,
    items(
        duration_parameter('duration', charging_us)
    ) as parameters
from charged
where charging_us > 172800000000
