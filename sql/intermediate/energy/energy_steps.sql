-- name: intermediate.energy_steps
-- grain: one time span of a finished session with one power above zero
-- purpose: when the energy of a session flowed: its power history, limited to the session and its charging periods
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   started_at   time
--   stopped_at   time
--   power_mw     mW, whole
-- Each sample holds until the next, but never outside the session and, if the session has charging periods, never past
-- the end of its unbroken stretch of charging. A sample outside all stretches does not count.
with with_next as (
    select
        samples.account,
        samples.session_id,
        greatest(samples.sampled_at, sessions.started_at) as started_at,
        least(
            coalesce(
                lead(samples.sampled_at) over (
                    partition by samples.account, samples.session_id
                    order by samples.sampled_at
                ),
                sessions.stopped_at
            ),
            sessions.stopped_at
        ) as stopped_at,
        to_milliwatts(samples.power_kw) as power_mw
    from main.power_samples as samples
    inner join main.sessions using (account, session_id)
),

flowing as (
    select *
    from with_next
    where started_at < stopped_at and power_mw > 0
),

stretches as (
    select
        account,
        session_id,
        stretch_started_at,
        max(stopped_at) as stretch_stopped_at
    from staging.charging_periods
    where stretch_started_at is not null
    group by account, session_id, stretch_started_at
),

with_periods as (
    select distinct
        account,
        session_id
    from staging.charging_periods
),

within_stretches as (
    select
        flowing.account,
        flowing.session_id,
        flowing.started_at,
        least(flowing.stopped_at, stretches.stretch_stopped_at) as stopped_at,
        flowing.power_mw
    from flowing
    inner join stretches
        on
            flowing.account = stretches.account
            and flowing.session_id = stretches.session_id
            and flowing.started_at >= stretches.stretch_started_at
            and flowing.started_at < stretches.stretch_stopped_at
),

without_periods as (
    select flowing.*
    from flowing
    anti join with_periods using (account, session_id)
),

counted as (
    select * from within_stretches
    union all
    select * from without_periods
)

select * from counted
