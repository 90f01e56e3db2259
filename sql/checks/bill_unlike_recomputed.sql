-- name: checks.bill_unlike_recomputed
-- severity: warning
-- grain: one finding
-- purpose: The bill and the one recomputed from the session's curve, prices and tariff differ by at most 1 % and 0.05.
-- A bill that the audit gives no verdict on is not a finding.
select
    sessions.account,
    sessions.month,
    sessions.session_id,
    concat_ws(' ', audits.billed, audits.recomputed, audits.currency) as cause,
    'The bill is ' || amount_text(audits.billed, audits.currency) || ', recomputed it is '
    || amount_text(audits.recomputed, audits.currency) || ' (' || audits.verdict || coalesce('; ' || audits.reason, '')
    || '). The bill counts; see why with: ladebog audit' as detail
from intermediate.stopped_sessions as sessions
inner join main.bill_audit as audits using (account, session_id)
where audits.verdict in ('overbilled', 'underbilled')
