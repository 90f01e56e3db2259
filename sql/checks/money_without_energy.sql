-- name: checks.money_without_energy
-- severity: warning
-- grain: one finding
-- purpose: No session costs something without energy.
select
    sessions.account,
    sessions.month,
    sessions.session_id,
    concat_ws(' ', sessions.amount_incl_tax, sessions.currency, nullif(terms.basis, 'billed')) as cause,
    'It cost ' || amount_text(sessions.amount_incl_tax, sessions.currency)
    || ' without any energy, for example a fee for standing idle. '
    || case terms.basis
        when 'billed' then 'The bill counts; exclude it if it is not refunded: '
        else
            'Reports count the bill; the basis ' || terms.basis
            || ' does not reimburse it. To leave out the session: '
    end
    || 'ladebog session exclude --reason TEXT ' || operand(sessions.session_id) as detail
from intermediate.stopped_sessions as sessions
inner join intermediate.reimbursement_terms as terms using (account, session_id)
where sessions.energy_kwh = 0 and sessions.amount_incl_tax <> 0
