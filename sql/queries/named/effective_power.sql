-- name: effective_power
-- grain: one finished session with energy
-- purpose: how fast the car really charged, against the highest power of the session
-- parameters:
--   account         text, default null: only this account of the logbook
--   year            integer, default null: only sessions that stopped in this local year
--   rows            count, default 20: how many sessions, the newest first
-- columns:
--   account         text, the logbook's account
--   session_id      text, the operator's id
--   started_local   wall time at which it started
--   charge_point    text, the charge point's name; of a public session its address
--   car             text, the car's name; null if none was assigned
--   energy_kwh      kWh
--   charging_hours  hours in which it charged, to two decimals; null where unknown
--   effective_kw    kW, the energy by the time of charging; null where that is unknown
--   average_kw      kW, as the operator states it
--   max_kw          kW, as the operator states it
--   percent_of_max  per cent, the effective power of max_kw; null where one is unknown
-- The time of charging is that of the charging periods; of a session without periods, what its idle time leaves.
with charging as (
    select
        account,
        session_id,
        sum(
            case when state = 'charging' then greatest(microseconds_between(started_at, stopped_at), 0) else 0 end
        ) as charging_us
    from charging_periods
    group by account, session_id
),

timed as (
    select
        sessions.*,
        cast(sessions.energy_kwh * 1000 as decimal(38, 0)) as energy_wh,
        nullif(
            coalesce(
                charging.charging_us,
                case
                    when sessions.idle_s <= sessions.duration_s
                        then (sessions.duration_s - sessions.idle_s) * cast(1000000 as bigint)
                end
            ),
            0
        ) as charging_us
    from sessions
    left join charging using (account, session_id)
    where
        sessions.energy_kwh > 0
        and coalesce(sessions.account = $account, true)
        and coalesce(year(sessions.stopped_local) = $year, true)
),

rated as (
    select
        *,
        rounded_quotient(energy_wh * 3600000000, charging_us) as effective_w
    from timed
)

select
    account,
    session_id,
    started_local,
    charge_point,
    car,
    energy_kwh,
    cast(rounded_quotient(charging_us, 36000000) * 0.01 as decimal(18, 2)) as charging_hours,
    cast(effective_w * 0.001 as decimal(18, 3)) as effective_kw,
    average_kw,
    max_kw,
    percent_of(effective_w * 0.001, max_kw) as percent_of_max
from rated
order by started_at desc, account asc, session_id asc
limit $rows
