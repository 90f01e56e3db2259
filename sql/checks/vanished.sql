-- name: checks.vanished
-- severity: warning
-- grain: one finding
-- purpose: No session has been missing from the complete listings of its month for a day or more.
-- One that the operator does not find by its id either is reported at once. A session is back once a listing contains
-- it again, or once its details were fetched again. Nothing is ever deleted.
with ever_missing as (
    select distinct
        account,
        unnest(missing) as session_id
    from facts.windows
),

listings as (
    select
        sessions.account,
        sessions.month,
        sessions.session_id,
        windows.listed_at,
        is_in_list(windows.missing, sessions.session_id) as is_missing
    from intermediate.stopped_sessions as sessions
    inner join ever_missing using (account, session_id)
    inner join facts.windows as windows using (account, month)
),

last_listed as (
    select
        account,
        month,
        session_id,
        max(listed_at) filter (where not is_missing) as listed_at
    from listings
    group by account, month, session_id
),

details as (
    select
        account,
        key as session_id,
        status,
        fetched_at,
        answer_order(fetched_at, segment, line, item) as moment
    from main.documents
    where endpoint = 'session'
    union all
    select
        account,
        session_id,
        200 as status,
        fetched_at,
        answer_order(fetched_at, segment, line, 0) as moment
    from facts.unchanged_details
),

last_details as (
    select
        account,
        session_id,
        arg_max(status, moment) as status,
        max(answer_time(fetched_at)) as answered_at
    from details
    group by account, session_id
),

missing_sessions as (
    select
        listings.account,
        listings.month,
        listings.session_id,
        min(listings.listed_at) as first_missed_at,
        max(listings.listed_at) as last_missed_at
    from listings
    inner join last_listed using (account, month, session_id)
    where
        listings.is_missing
        and listings.listed_at > coalesce(last_listed.listed_at, timestamptz '1970-01-01 00:00:00+00')
    group by listings.account, listings.month, listings.session_id
)

select
    missing_sessions.account,
    missing_sessions.month,
    missing_sessions.session_id,
    case last_details.status when 404 then 'not listed, not found' else 'not listed' end as cause,
    items(
        case last_details.status
            when 404
                then
                    'The operator listed the month''s sessions again and left this one out, and no longer '
                    || 'finds it by its id.'
            else 'The operator listed the month''s sessions again and left this one out.'
        end,
        'It still counts here; ask the operator.'
    ) as sentences,
    no_parameters() as parameters
from missing_sessions
left join last_details using (account, session_id)
where
    (
        last_details.status = 404
        or missing_sessions.last_missed_at >= hours_after(missing_sessions.first_missed_at, 24)
    )
    and (last_details.status = 404 or coalesce(last_details.answered_at <= missing_sessions.first_missed_at, true))
