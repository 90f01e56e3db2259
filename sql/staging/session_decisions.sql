-- name: staging.session_decisions
-- grain: one session that a person excluded or included
-- purpose: the newest such decision
-- columns:
--   account     text, the logbook's account
--   session_id  text, the operator's id
--   action      text, exclude or include
--   reason      text
select
    account,
    session_id,
    arg_max(action, entry) as action,
    arg_max(reason, entry) as reason
from facts.decisions
where action in ('exclude', 'include')
group by account, session_id
