-- name: staging.curve_steps
-- grain: one power sample of a finished session, as far as it counts
-- purpose: the power history as steps: each sample holds until the next, never outside the session
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   started_at   time
--   stopped_at   time of the next sample, at the most the session's stop
--   power_mw     mW, whole
with with_next as (
    select
        samples.account,
        samples.session_id,
        samples.sampled_at,
        lead(samples.sampled_at) over (
            partition by samples.account, samples.session_id
            order by samples.sampled_at
        ) as next_sampled_at,
        to_milliwatts(samples.power_kw) as power_mw
    from power_samples as samples
),

clipped as (
    select
        with_next.account,
        with_next.session_id,
        greatest(with_next.sampled_at, sessions.started_at) as started_at,
        least(coalesce(with_next.next_sampled_at, sessions.stopped_at), sessions.stopped_at) as stopped_at,
        with_next.power_mw
    from with_next
    inner join sessions
        on with_next.account = sessions.account and with_next.session_id = sessions.session_id
)

select * from clipped
where started_at < stopped_at and power_mw > 0
