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

with_reasons as (
    select
        *,
        case
            when listed_at is null then 'never listed'
            when listed_at < closable_at then 'listed too early'
            when details_missing = 0 and quarantined = 0 then 'a session is active'
        end as reason
    from open_months
)

select
    account,
    month,
    cast(null as varchar) as session_id,
    concat_ws(', ', reason, 'details ' || details_missing, 'quarantined ' || quarantined) as cause,
    concat_ws(
        '; ',
        case reason
            when 'never listed' then 'No list of its sessions was read to the end'
            when 'listed too early'
                then
                    'Its sessions were last listed at ' || minute_text(listed_at, timezone)
                    || ', and the month closes with a list from ' || minute_text(closable_at, timezone) || ' on'
            when 'a session is active'
                then 'A session that began in it or before has not stopped, and claims divide sessions between months'
        end,
        case when details_missing > 0 then 'sessions without their details: ' || details_missing end,
        case when quarantined > 0 then 'documents that cannot be read: ' || quarantined end
    ) || '. Fetch it with: ladebog extract --since ' || month || ' --until ' || last_day(month) as detail
from with_reasons
