-- name: checks.unreadable_and_gone
-- severity: warning
-- grain: one finding
-- purpose: The operator still finds each session whose details could not be read.
select
    account,
    month,
    key as session_id,
    document_sha256 as cause,
    items(
        'Its details cannot be read ({fault}), and the operator no longer finds it by its id.',
        'It keeps no month open; ask the operator what became of it.'
    ) as sentences,
    items(
        text_parameter('fault', fault)
    ) as parameters
from intermediate.unreadable
where is_gone
