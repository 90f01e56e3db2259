-- name: checks.impossible_energy
-- severity: error
-- grain: one finding
-- purpose: A session's energy is not below zero, nor over 2 % more than its EVSE can deliver in that time.
-- The EVSE's power is known at the driver's own charge points only.
with measured as (
    select
        *,
        cast(energy_kwh * 1000 as decimal(38, 0)) as energy_wh,
        floor_quotient(
            cast(max_power_w * 1000 as decimal(38, 0)) * microseconds_between(started_at, stopped_at), 3600000000000
        ) as maximum_wh
    from intermediate.stopped_sessions
)

select
    account,
    month,
    session_id,
    concat_ws(
        ' ',
        energy_wh,
        case when energy_wh >= 0 then concat_ws(' ', maximum_wh, cast(max_power_w as decimal(18, 3))) end
    ) as cause,
    items(
        case
            when energy_wh < 0 then 'The meter counted {energy} kWh, which is below zero.'
            else
                'The meter counted {energy} kWh; at {power} W the EVSE delivers at most {maximum} kWh in {duration}.'
        end,
        'Ask the operator to correct it.'
    ) as sentences,
    items(
        number_parameter('energy', energy_kwh),
        number_parameter('power', cast(max_power_w as decimal(18, 0))),
        number_parameter('maximum', cast(maximum_wh * 0.001 as decimal(18, 3))),
        duration_parameter('duration', microseconds_between(started_at, stopped_at))
    ) as parameters
from measured
where
    energy_wh < 0
    or (stopped_at >= started_at and energy_wh * 100 > maximum_wh * 102)
