-- name: explained_samples
-- grain: one power sample of the session
-- purpose: a session's power history with the period and clock hour of each sample
-- parameters:
--   account     text, the logbook's account
--   session_id  text, the operator's id
--   timezone    IANA name of the account's time zone
-- columns:
--   sampled_at  time
--   power_kw    kW; of two samples at one time the one listed last
--   hour_start  time at which the sample's local clock hour begins
--   gap_us      microseconds since the sample before; null for the first
--   period      number of the newest period that had begun; null before the first
select
    sampled_at,
    power_kw,
    local_hour(sampled_at, $timezone) as hour_start,
    microseconds_between(
        lag(sampled_at) over (
            order by sampled_at
        ),
        sampled_at
    ) as gap_us,
    (
        select max(periods.period)
        from charging_periods as periods
        where
            periods.account = $account
            and periods.session_id = $session_id
            and periods.started_at <= power_samples.sampled_at
    ) as period
from power_samples
where account = $account and session_id = $session_id
order by sampled_at
