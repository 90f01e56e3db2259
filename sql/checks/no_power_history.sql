-- name: checks.no_power_history
-- severity: warning
-- grain: one finding
-- purpose: Every session with energy has a power history, which shows when the energy flowed.
select
    account,
    month,
    session_id,
    'none' as cause,
    items(
        'Its {energy} kWh have no power history, so when they flowed is not known.',
        'The total is the meter''s own.',
        'Nothing needs to be done.'
    ) as sentences,
    items(
        number_parameter('energy', energy_kwh)
    ) as parameters
from intermediate.stopped_sessions
where power_samples = 0 and energy_kwh <> 0
