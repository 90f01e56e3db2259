-- name: power_samples
-- grain: one power sample of a finished session
-- purpose: the finest power history ever seen; each value holds until the next
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
        cast(arg_max(samples.power_kw, samples.position) as decimal(18, 6)) as power_kw,
    from staging.session_curves as curves
    inner join facts.sample_facts as samples
        on curves.account = samples.account and curves.curve_sha256 = samples.document_sha256
    group by samples.account, samples.session_id, samples.sampled_at
)

select * from finest
