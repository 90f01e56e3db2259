-- name: checks.same_session_twice
-- severity: warning
-- grain: one finding: a session and another like it
-- purpose: No two sessions at the same time have the same energy and amount, unless their EVSEs are known.
-- Each of the two gets a finding, so that both months show it. The check overlapping_sessions covers those of one EVSE.
select
    ones.account,
    ones.month,
    ones.session_id,
    concat_ws(' ', others.session_id, ones.energy_kwh, ones.amount_incl_tax, ones.currency) as cause,
    items(
        'It has the same energy and amount as session {other} at the same time, {energy} kWh and {bill}, '
        || 'and the EVSE is '
        || 'not known.',
        'Look whether it is one session; if so, exclude one with: ladebog session exclude --reason TEXT {session}'
    ) as sentences,
    items(
        text_parameter('other', others.session_id),
        number_parameter('energy', ones.energy_kwh),
        amount_parameter('bill', ones.amount_incl_tax, ones.currency),
        text_parameter('session', operand(ones.session_id))
    ) as parameters
from intermediate.stopped_sessions as ones
inner join intermediate.stopped_sessions as others
    on
        ones.account = others.account
        and ones.energy_kwh = others.energy_kwh
        and ones.amount_incl_tax = others.amount_incl_tax
        and ones.currency = others.currency
where
    ones.session_id <> others.session_id
    and (ones.evse is null or others.evse is null)
    and (ones.energy_kwh <> 0 or ones.amount_incl_tax <> 0)
    and ones.started_at <= others.stopped_at
    and others.started_at <= ones.stopped_at
