-- name: checks.gone_while_active
-- severity: warning
-- grain: one finding
-- purpose: The operator still has every session that has not stopped.
-- It ended without being known: it counts nowhere and keeps no month open.
select
    sessions.account,
    sessions.month,
    sessions.session_id,
    states.document_sha256 as cause,
    items(
        'It was charging when the operator last answered about it, with {energy} kWh.',
        'The operator now neither lists it nor finds it by its id, so it counts nowhere until the operator '
        || 'has it again.',
        'Ask the operator what became of it.'
    ) as sentences,
    items(
        number_parameter('energy', cast(cast(coalesce(facts.energy_wh, 0) as decimal(38, 0)) * 0.001 as decimal(18, 3)))
    ) as parameters
from intermediate.unstopped_sessions as sessions
inner join intermediate.session_states as states using (account, session_id)
inner join facts.session_facts as facts
    on states.account = facts.account and states.document_sha256 = facts.document_sha256
where sessions.is_gone
