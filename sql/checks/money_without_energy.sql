-- name: checks.money_without_energy
-- severity: warning
-- grain: one finding
-- purpose: No session costs something without energy.
select
    sessions.account,
    sessions.month,
    sessions.session_id,
    concat_ws(' ', sessions.amount_incl_tax, sessions.currency, nullif(terms.basis, 'billed')) as cause,
    items(
        'It cost {bill} without any energy, for example a fee for standing idle.',
        case terms.basis
            when 'billed'
                then
                    'The bill counts; exclude it if it is not refunded: ladebog session exclude --reason TEXT {session}'
            else
                'Reports count the bill; the basis {basis} does not reimburse it. To leave out the session: '
                || 'ladebog session exclude --reason TEXT {session}'
        end
    ) as sentences,
    items(
        amount_parameter('bill', sessions.amount_incl_tax, sessions.currency),
        text_parameter('basis', terms.basis),
        text_parameter('session', operand(sessions.session_id))
    ) as parameters
from intermediate.stopped_sessions as sessions
inner join intermediate.reimbursement_terms as terms using (account, session_id)
where sessions.energy_kwh = 0 and sessions.amount_incl_tax <> 0
