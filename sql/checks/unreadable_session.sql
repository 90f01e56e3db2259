-- name: checks.unreadable_session
-- severity: error
-- grain: one finding
-- purpose: The operator's newest answers about each session and each month's list of sessions can be read.
select
    account,
    month,
    case when endpoint = 'session' or key not like '%..%' then key end as session_id,
    concat_ws(' ', endpoint, key, document_sha256) as cause,
    items(
        case endpoint
            when 'session' then 'Its details cannot be read: {fault}.'
            else 'A list of sessions, or its entry for this one, cannot be read: {fault}.'
        end,
        'What was read before still counts.',
        case
            when endpoint = 'session' then 'Ask for them again with: ladebog run.'
            when key not like '%..%' then 'Ask for its details with: ladebog run.'
            when month is not null then 'Ask for it again with: ladebog extract --since {since} --until {until}.'
        end,
        'A newer Ladebog may read it; the answer is kept.',
        case
            when endpoint = 'session' or key not like '%..%'
                then 'If it was no charging session, exclude it: ladebog session exclude --reason TEXT {session}'
        end
    ) as sentences,
    items(
        text_parameter('fault', fault),
        text_parameter('since', month),
        text_parameter('until', last_day(month)),
        text_parameter('session', operand(key))
    ) as parameters
from intermediate.unreadable
where endpoint in ('session', 'session_history') and not is_gone and not is_excluded
