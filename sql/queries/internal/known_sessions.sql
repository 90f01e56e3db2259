-- name: known_sessions
-- grain: one account that has a session of that id, whether it can be read or not
-- purpose: which account a decision about a session is for
-- parameters:
--   session_id  text, the operator's id
-- columns:
--   account     text, the logbook's account
--   started_at  time; null where it is not stated or cannot be read
-- In quarantine are also lists, whose keys are windows of time.
with known as (
    select
        account,
        started_at
    from facts.session_facts
    where session_id = $session_id
    union all
    select
        account,
        null as started_at
    from facts.quarantine
    where endpoint in ('session', 'session_history') and key = $session_id and key not like '%..%'
)

select
    account,
    max(started_at) as started_at
from known
group by account
order by account
