-- name: page_samples
-- grain: one power sample of a finished session
-- purpose: the power curves of the page
-- parameters:
--   account     text, the logbook's account
-- columns:
--   session_id  text, the operator's id
--   second      whole seconds since the session started
--   watts       W, rounded
select
    samples.session_id,
    cast(rounded_quotient(microseconds_between(sessions.started_at, samples.sampled_at), 1000000) as bigint) as second,
    cast(samples.power_kw * 1000 as bigint) as watts
from power_samples as samples
inner join sessions using (account, session_id)
where account = $account
order by samples.session_id, samples.sampled_at
