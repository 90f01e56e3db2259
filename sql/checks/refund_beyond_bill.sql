-- name: checks.refund_beyond_bill
-- severity: warning
-- grain: one finding
-- purpose: No session is reimbursed with less than nothing because more electricity tax is subtracted than it cost.
-- The tax is refunded on paid energy: a session that cost less had free energy, or its tax was not refunded.
with subtracted as (
    select
        sessions.account,
        sessions.month,
        sessions.session_id,
        sessions.currency,
        sessions.amount_incl_tax as bill,
        reimbursement.amount_incl_tax as reimbursed
    from intermediate.stopped_sessions as sessions
    inner join intermediate.reimbursement_terms as terms using (account, session_id)
    inner join intermediate.attributed_reimbursement as reimbursement using (account, session_id)
    where
        terms.refund_micro > 0
        and reimbursement.attribution = 'stop'
        and reimbursement.amount_incl_tax < 0
        and sessions.amount_incl_tax >= 0
)

select
    account,
    month,
    session_id,
    concat_ws(' ', bill, reimbursed, currency) as cause,
    items(
        'It cost {bill}, and is reimbursed with {reimbursed} once the refunded electricity tax is subtracted.',
        'If the operator refunded none for it, correct [[account.{account}.tax_refund]] in ladebog.toml, or '
        || 'exclude it: '
        || 'ladebog session exclude --reason TEXT {session}'
    ) as sentences,
    items(
        amount_parameter('bill', bill, currency),
        amount_parameter('reimbursed', reimbursed, currency),
        text_parameter('account', account),
        text_parameter('session', operand(session_id))
    ) as parameters
from subtracted
