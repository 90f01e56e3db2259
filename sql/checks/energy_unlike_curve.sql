-- name: checks.energy_unlike_curve
-- severity: warning
-- grain: one finding
-- purpose: The meter's energy and that of the power history differ by no more than 2 % and 0.1 kWh.
-- The bill uses the meter's energy. A history that is all zero counts as missing.
with compared as (
    select
        sessions.account,
        sessions.month,
        sessions.session_id,
        cast(sessions.energy_kwh * 1000 as decimal(38, 0)) as meter_wh,
        curves.energy_wh as curve_wh
    from intermediate.stopped_sessions as sessions
    inner join intermediate.session_curve_sums as curves using (account, session_id)
    where curves.energy_wh > 0
)

select
    account,
    month,
    session_id,
    concat_ws(' ', meter_wh, curve_wh) as cause,
    items(
        'The meter counted {meter} kWh, the power history {history} kWh.',
        'The meter decides; compare it with the car.'
    ) as sentences,
    items(
        number_parameter('meter', cast(meter_wh * 0.001 as decimal(18, 3))),
        number_parameter('history', cast(curve_wh * 0.001 as decimal(18, 3)))
    ) as parameters
from compared
where abs(meter_wh - curve_wh) * 100 > abs(meter_wh) * 2 + 10000
