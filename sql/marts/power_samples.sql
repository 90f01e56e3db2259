-- name: power_samples
-- grain: one power sample of a finished session
-- purpose: a session's finest power history
-- key: account, session_id, sampled_at
-- refresh: never
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   sampled_at   time from which the power is known
--   power_kw     kW, as sent; never null; of two samples at one time the one listed last
-- Each value holds until the next, but never past the end of the charging run (charging_periods) or the stop.
-- A session without a power history has no rows. A history that is all zero is here, but counts as missing where energy
-- is divided. A sample may lie outside the session or its charging: only what is inside counts there.
-- A filter by session reaches the stored histories: the join repeats the session's id, and nothing below numbers rows.
with finest as (
    select
        sessions.account,
        sessions.session_id,
        samples.sampled_at,
        samples.power_kw
    from sessions
    inner join facts.sample_facts as samples
        on
            sessions.account = samples.account
            and sessions.session_id = samples.session_id
            and sessions.curve_sha256 = samples.document_sha256
),

one_by_one as (
    select
        account,
        session_id,
        unnest(sampled_at) as sampled_at,
        unnest(power_kw) as power_kw,
        places_in_list(sampled_at) as position
    from finest
),

last_listed as (
    select
        account,
        session_id,
        sampled_at,
        cast(arg_max(power_kw, position) as decimal(18, 6)) as power_kw
    from one_by_one
    group by account, session_id, sampled_at
)

select * from last_listed
