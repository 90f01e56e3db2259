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
--   detail      text, the figures, and what to do
select
    finding_id,
    rule,
    severity,
    month,
    session_id,
    detail
from check_results
where account = $account
order by severity asc, month desc nulls first, rule asc, session_id desc nulls first, finding_id asc
