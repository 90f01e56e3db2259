-- name: checks.month_not_closed
-- severity: error
-- grain: one finding
-- purpose: Every month before the current one is closed: listed long enough after its end, every detail fetched.
-- The current month is that of the newest run, so that the same archive always gives the same findings.
with newest_run as (
    select max(coalesce(finished_at, started_at)) as ran_at
    from main.runs
),

open_months as (
    select
        states.account,
        states.month,
        states.listed_at,
        states.closable_at,
        states.details_missing,
        states.quarantined,
        accounts.timezone
    from main.month_states as states
    inner join facts.accounts as accounts using (account)
    cross join newest_run
    where
        not states.is_closed
        and states.month < first_of_month(local_day(newest_run.ran_at, accounts.timezone))
),

active as (
    select
        open_months.account,
        open_months.month,
        sorted_text(sessions.session_id) as sessions,
        min(sessions.month) as since
    from open_months
    inner join intermediate.unstopped_sessions as sessions
        on open_months.account = sessions.account and open_months.month >= sessions.month
    where not sessions.is_gone
    group by open_months.account, open_months.month
),

with_reasons as (
    select
        open_months.*,
        active.sessions as active_sessions,
        active.since as active_since,
        case
            when open_months.listed_at is null then 'never listed'
            when open_months.listed_at < open_months.closable_at then 'listed too early'
            when open_months.details_missing = 0 and open_months.quarantined = 0 then 'a session is active'
        end as reason
    from open_months
    left join active using (account, month)
)

select
    account,
    month,
    cast(null as varchar) as session_id,
    concat_ws(', ', reason, 'details ' || details_missing, 'quarantined ' || quarantined) as cause,
    items(
        case reason
            when 'never listed' then 'No list of its sessions was read to the end.'
            when 'listed too early'
                then
                    'Its sessions were last listed at {listed}, and the month closes with a list from {closable} on.'
            when 'a session is active'
                then
                    'Sessions that began in it or before have not stopped, and claims divide sessions between months: '
                    || '{active}.'
        end,
        case when details_missing > 0 then 'Sessions without their details: {details}.' end,
        case when quarantined > 0 then 'Documents that cannot be read: {quarantined}.' end,
        'Fetch it with: ladebog extract --since {since} --until {until}'
    ) as sentences,
    items(
        minute_parameter('listed', listed_at, timezone),
        minute_parameter('closable', closable_at, timezone),
        text_parameter('active', active_sessions),
        number_parameter('details', details_missing),
        number_parameter('quarantined', quarantined),
        text_parameter('since', case reason when 'a session is active' then active_since else month end),
        text_parameter('until', last_day(month))
    ) as parameters
from with_reasons
