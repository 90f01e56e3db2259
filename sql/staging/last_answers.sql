-- name: staging.last_answers
-- grain: one session that was asked for by its id
-- purpose: how the operator last answered about it
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   status       HTTP status
select
    account,
    key as session_id,
    arg_max(status, answer_order(fetched_at, segment, line, item)) as status
from main.documents
where endpoint = 'session'
group by account, key
