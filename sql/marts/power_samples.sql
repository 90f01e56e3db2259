-- name: power_samples
-- grain: one power sample of a finished session
-- purpose: a session's finest power history; each value holds until the next
-- key: account, session_id, sampled_at
-- refresh: session
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   sampled_at   time
--   power_kw     kW; of two samples at one time the one listed last
with finest as (
    select
        samples.account,
        samples.session_id,
        samples.sampled_at,
        samples.power_kw,
        row_number() over (
            order by samples.account asc, samples.session_id asc
        ) as curve
    from staging.session_curves as curves
    inner join facts.sample_facts as samples
        on curves.account = samples.account and curves.curve_sha256 = samples.document_sha256
),

one_by_one as (
    select
        curve,
        unnest(sampled_at) as sampled_at,
        unnest(power_kw) as power_kw,
        places_in_list(sampled_at) as position
    from finest
),

last_listed as (
    select
        curve,
        sampled_at,
        arg_max(power_kw, position) as power_kw
    from one_by_one
    group by curve, sampled_at
),

named as (
    select
        finest.account,
        finest.session_id,
        last_listed.sampled_at,
        cast(last_listed.power_kw as decimal(18, 6)) as power_kw
    from last_listed
    inner join finest using (curve)
)

select * from named
