-- name: staging.last_listed
-- grain: one session that a listing contains
-- purpose: when a session without readable times was: the newest window of days in whose listing it is
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   listed_on    first day of that window; null where no window is known, as of an import
select
    documents.account,
    documents.key as session_id,
    max(try_cast(left(answers.key, 10) as date)) as listed_on
from main.documents
inner join facts.answers as answers using (account, segment, line)
where documents.endpoint = 'session_history'
group by documents.account, documents.key
