-- name: checks.unpaid
-- severity: warning
-- grain: one finding
-- purpose: Every session that cost something is paid, by the operator's records.
select
    account,
    month,
    session_id,
    payment_status as cause,
    items(
        'The operator states that the payment of {bill} is: {status}.',
        'Only what was paid can be refunded; look again after the next run.'
    ) as sentences,
    items(
        amount_parameter('bill', amount_incl_tax, currency),
        text_parameter('status', payment_status)
    ) as parameters
from intermediate.stopped_sessions
where payment_status <> 'paid' and amount_incl_tax <> 0
