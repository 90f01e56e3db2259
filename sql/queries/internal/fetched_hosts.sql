-- name: fetched_hosts
-- grain: one host that a run fetched sessions from
-- purpose: which operators the sessions of an account are of
-- parameters:
--   account     text, the logbook's account
-- columns:
--   host        text, with the port unless that is the usual one
-- Imports are left out, because they may be of other hosts where the user says so.
select distinct host_of(answers.url) as host
from facts.answers as answers
inner join main.runs as runs using (account, segment)
inner join main.documents as documents using (account, segment, line)
where
    answers.account = $account
    and documents.endpoint in ('session', 'session_history')
    and documents.status = 200
    and runs.command <> 'import'
order by host
