-- name: intermediate.session_curve_sums
-- grain: one finished session that has a power history
-- purpose: the energy of its power history, and whether the history is within the session
-- refresh: session
-- columns:
--   account           text, the logbook's account
--   session_id        text, the operator's id
--   energy_wh         Wh, rounded, of the part of the history that counts; 0 if it is all zero
--   samples_outside   number of samples above zero before the session's start or after its stop
with samples as (
    select
        samples.account,
        samples.session_id,
        count(*) filter (
            where samples.power_kw > 0
            and (samples.sampled_at < sessions.started_at or samples.sampled_at > sessions.stopped_at)
        ) as samples_outside
    from main.power_samples as samples
    inner join main.sessions as sessions using (account, session_id)
    group by samples.account, samples.session_id
),

curve_energy as (
    select
        account,
        session_id,
        sum(cast(power_mw as decimal(38, 0)) * microseconds_between(started_at, stopped_at)) as milliwatt_microseconds
    from intermediate.energy_steps
    group by account, session_id
),

summed as (
    select
        samples.account,
        samples.session_id,
        cast(rounded_quotient(coalesce(curve_energy.milliwatt_microseconds, 0), 3600000000000) as bigint) as energy_wh,
        cast(samples.samples_outside as integer) as samples_outside
    from samples
    left join curve_energy using (account, session_id)
)

select * from summed
