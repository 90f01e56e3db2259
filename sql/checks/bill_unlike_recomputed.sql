-- name: checks.bill_unlike_recomputed
-- severity: warning
-- grain: one finding
-- purpose: The bill and the one recomputed from the session's curve, prices and tariff differ by at most 1 % plus 0.05.
-- A bill that the audit gives no verdict on is not a finding.
select
    sessions.account,
    sessions.month,
    sessions.session_id,
    concat_ws(' ', audits.billed, audits.recomputed, audits.currency) as cause,
    items(
        case
            when audits.reason is null then 'The bill is {bill}, recomputed it is {recomputed} ({verdict}).'
            else 'The bill is {bill}, recomputed it is {recomputed} ({verdict}; {reason}).'
        end,
        'The bill counts; see why with: ladebog audit'
    ) as sentences,
    items(
        amount_parameter('bill', audits.billed, audits.currency),
        amount_parameter('recomputed', audits.recomputed, audits.currency),
        phrase_parameter('verdict', audits.verdict),
        text_parameter('reason', audits.reason)
    ) as parameters
from intermediate.stopped_sessions as sessions
inner join main.bill_audit as audits using (account, session_id)
where audits.verdict in ('overbilled', 'underbilled')
