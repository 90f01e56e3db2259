-- name: checks.free_energy_counted
-- severity: warning
-- grain: one finding
-- purpose: No free or unbilled energy is reimbursed at the spot price, or has its electricity tax subtracted.
-- The basis rate leaves such energy out. All other bases count the whole energy of a session.
with counted as (
    select
        sessions.account,
        sessions.month,
        sessions.session_id,
        sessions.currency,
        terms.basis,
        terms.refund_micro > 0 as has_refund,
        terms.unpaid_wh
    from intermediate.stopped_sessions as sessions
    inner join intermediate.reimbursement_terms as terms using (account, session_id)
    where terms.basis <> 'rate' and terms.unknown is null
)

select
    account,
    month,
    session_id,
    concat_ws(' ', unpaid_wh, basis, has_refund) as cause,
    items(
        'Of its energy {energy} kWh were free or not billed.',
        case when basis = 'spot' then 'The basis spot reimburses them as well.' end,
        case when has_refund then 'The refund of electricity tax is subtracted for them too.' end,
        'If they are not to count, set the basis "rate", which leaves them out, under '
        || '[[account.{account}.reimbursement]], or exclude the session: ladebog session exclude --reason TEXT '
        || '{session}'
    ) as sentences,
    items(
        number_parameter('energy', cast(unpaid_wh * 0.001 as decimal(18, 3))),
        text_parameter('account', account),
        text_parameter('session', operand(session_id))
    ) as parameters
from counted
where unpaid_wh > 0 and (basis = 'spot' or has_refund)
