-- name: checks.ended_otherwise
-- severity: warning
-- grain: one finding
-- purpose: Every session with energy or an amount ended as finished.
select
    sessions.account,
    sessions.month,
    sessions.session_id,
    facts.status as cause,
    'It ended as ' || text_or_empty(facts.status) || ', with ' || sessions.energy_kwh || ' kWh and '
    || amount_text(sessions.amount_incl_tax, sessions.currency) || '. It counts, what is not stated as 0'
    || case when marts.stopped_at = marts.started_at then ' and its stop as at its start' else '' end
    || '; ask the operator whether it should.' as detail
from intermediate.stopped_sessions as sessions
inner join main.sessions as marts using (account, session_id)
inner join facts.session_facts as facts
    on marts.account = facts.account and marts.document_sha256 = facts.document_sha256
where facts.status <> 'finished'
