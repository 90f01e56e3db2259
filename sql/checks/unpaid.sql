-- name: checks.unpaid
-- severity: warning
-- grain: one finding
-- purpose: Every session that cost something is paid, by the operator's records.
select
    account,
    month,
    session_id,
    payment_status as cause,
    'The operator states that the payment of ' || amount_text(amount_incl_tax, currency) || ' is: '
    || text_or_empty(payment_status) || '. Only what was paid can be refunded; look again after the next run.' as detail
from intermediate.stopped_sessions
where payment_status <> 'paid' and amount_incl_tax <> 0
