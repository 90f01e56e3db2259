-- name: checks.ended_otherwise
-- severity: warning
-- grain: one finding
-- purpose: Every session with energy or an amount ended as finished.
select
    sessions.account,
    sessions.month,
    sessions.session_id,
    facts.status as cause,
    items(
        'It ended as {status}, with {energy} kWh and {bill}.',
        case
            when marts.stopped_at = marts.started_at
                then
                    'It counts, what is not stated as 0 and its stop as at its start; ask the operator '
                    || 'whether it should.'
            else 'It counts, what is not stated as 0; ask the operator whether it should.'
        end
    ) as sentences,
    items(
        text_parameter('status', facts.status),
        number_parameter('energy', sessions.energy_kwh),
        amount_parameter('bill', sessions.amount_incl_tax, sessions.currency)
    ) as parameters
from intermediate.stopped_sessions as sessions
inner join main.sessions as marts using (account, session_id)
inner join facts.session_facts as facts
    on marts.account = facts.account and marts.document_sha256 = facts.document_sha256
where facts.status <> 'finished'
