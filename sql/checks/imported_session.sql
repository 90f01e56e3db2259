-- name: checks.imported_session
-- severity: warning
-- grain: one finding
-- purpose: The figures of every session were fetched from the operator, not only imported from files.
select
    sessions.account,
    sessions.month,
    sessions.session_id,
    marts.document_sha256 as cause,
    items(
        'Its figures come from imported files only; Ladebog did not fetch them from the operator.',
        'Compare them with the app.'
    ) as sentences,
    no_parameters() as parameters
from intermediate.stopped_sessions as sessions
inner join main.sessions as marts using (account, session_id)
inner join intermediate.imported_sessions using (account, session_id)
