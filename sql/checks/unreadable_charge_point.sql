-- name: checks.unreadable_charge_point
-- severity: warning
-- grain: one finding
-- purpose: The operator's newest answers about charge points and prices can be read.
select
    account,
    cast(null as date) as month,
    cast(null as varchar) as session_id,
    concat_ws(' ', endpoint, key, document_sha256) as cause,
    items(
        case endpoint
            when 'charge_points' then 'The charge points cannot be read: {fault}.'
            else 'The prices of EVSE {evse} cannot be read: {fault}.'
        end,
        'Older answers count until a newer Ladebog can read this one; it is kept.',
        'Nothing needs to be done.'
    ) as sentences,
    items(
        text_parameter('evse', key),
        text_parameter('fault', fault)
    ) as parameters
from intermediate.unreadable
where endpoint not in ('session', 'session_history')
