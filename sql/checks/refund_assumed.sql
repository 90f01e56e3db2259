-- name: checks.refund_assumed
-- severity: warning
-- grain: one finding
-- purpose: Where the operator refunds the electricity tax, the settings say how much.
-- Each month has one finding. Where the refund is unknown instead of 0, the check unknown_price has a finding.
select
    sessions.account,
    sessions.month,
    cast(null as varchar) as session_id,
    cast(count(*) as varchar) as cause,
    items(
        case count(*)
            when 1 then 'At the charge points of 1 session the operator refunds the electricity tax.'
            else 'At the charge points of {sessions} sessions the operator refunds the electricity tax.'
        end,
        'From 2026 on that is at most 0.004 DKK per kWh and in practice not paid, so nothing is subtracted.',
        'If it pays you more, set [[account.{account}.tax_refund]] in ladebog.toml.'
    ) as sentences,
    items(
        number_parameter('sessions', count(*)),
        text_parameter('account', sessions.account)
    ) as parameters
from intermediate.stopped_sessions as sessions
inner join intermediate.reimbursement_terms as terms using (account, session_id)
where terms.is_refund_assumed
group by sessions.account, sessions.month
