-- name: checks.money_without_energy
-- severity: warning
-- grain: one finding
-- purpose: No session costs something without energy.
select
    account,
    month,
    session_id,
    concat_ws(' ', amount_incl_tax, currency) as cause,
    'It cost ' || amount_text(amount_incl_tax, currency) || ' without any energy, for example a fee for standing idle. '
    || 'The bill counts; exclude it if it is not refunded: ladebog session exclude --reason TEXT '
    || operand(session_id) as detail
from intermediate.stopped_sessions
where energy_kwh = 0 and amount_incl_tax <> 0
