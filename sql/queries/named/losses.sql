-- name: losses
-- grain: one finished session with a power history
-- purpose: how much the energy by the power history differs from what the meter counted
-- parameters:
--   account             text, default null: only this account of the logbook
--   year                integer, default null: only sessions that stopped in this local year
--   rows                count, default 20: how many sessions, those with the largest difference first
-- columns:
--   account             text, the logbook's account
--   session_id          text, the operator's id
--   started_local       wall time at which it started
--   charge_point        text, the charge point's name; of a public session its address
--   meter_kwh           kWh, by the meter, which the bill uses; never null
--   curve_kwh           kWh, by the power history: each value holds until the next, but never past the end of the
--                       charging run (charging_periods) or the stop; above zero, never null
--   difference_kwh      kWh, meter − history: above zero where the meter counted more, else below
--   difference_percent  per cent of the meter, with the same sign; null where the meter is not above zero
--   power_samples       number of power samples; few of them make the history less exact
-- Sessions without a power history, or with one that is all zero, have no row. The difference is no loss in the cable
-- or the car: both figures are the charge point's, and it is how exact the history is.
select
    sessions.account,
    sessions.session_id,
    sessions.started_local,
    sessions.charge_point,
    sessions.energy_kwh as meter_kwh,
    cast(curves.energy_wh * 0.001 as decimal(18, 3)) as curve_kwh,
    cast(sessions.energy_kwh - curves.energy_wh * 0.001 as decimal(18, 3)) as difference_kwh,
    percent_of(sessions.energy_kwh - curves.energy_wh * 0.001, sessions.energy_kwh) as difference_percent,
    sessions.power_samples
from sessions
inner join intermediate.session_curve_sums as curves using (account, session_id)
where
    curves.energy_wh > 0
    and coalesce(sessions.account = $account, true)
    and coalesce(year(sessions.stopped_local) = $year, true)
order by
    abs(sessions.energy_kwh * 1000 - curves.energy_wh) desc,
    sessions.started_at asc,
    sessions.account asc,
    sessions.session_id asc
limit $rows
