-- name: page_findings
-- grain: one finding
-- purpose: the findings of the page: errors first, then the newest months
-- parameters:
--   account     text, the logbook's account
-- columns:
--   finding_id  12 hex digits
--   rule        text, the name of the rule's file in sql/checks/
--   severity    text, error or warning
--   month       first day of the local month; null if it is not about a month
--   session_id  text, the operator's id; null if it is not about a session
--   sentences   list of text, what is found and what to do, in English, with {name} where a parameter belongs
--   parameters  list of structs of text: each one's name, kind, value and unit
select
    finding_id,
    rule,
    severity,
    month,
    session_id,
    sentences,
    parameters
from check_results
where account = $account
order by severity asc, month desc nulls first, rule asc, session_id desc nulls first, finding_id asc
