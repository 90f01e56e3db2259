-- name: account_states
-- grain: one account of the settings
-- purpose: the state of its archive
-- key: account
-- columns:
--   account                  text, the logbook's account
--   last_run_at              time at which the newest run began
--   last_outcome             text, how the newest run ended: complete, failed or interrupted
--   last_error               text, why the newest run failed; null if it did not
--   last_success_at          time at which the newest complete run began
--   sessions                 number of finished sessions
--   first_session_at         time at which the first one started
--   newest_session_at        time at which the newest one stopped
--   active                   list of the ids of sessions that have not stopped and that the operator still has
--   quarantined              number of keys whose newest document cannot be read
--   details_missing          number of sessions whose detail is missing or outdated, without excluded ones
--   last_closed_month        first day of the newest closed month; null if there is none
--   closed_up_to             first day of the month up to which all known months are closed; null if the first is open
--   months_never_listed      list of first days of months without a complete listing
--   months_listed_too_early  list of first days of months whose last listing was too early to close them
--   months_without_details   list of first days of months with details missing
--   errors                   number of findings of severity error
--   warnings                 number of findings of severity warning
-- The lists contain only months that were over when the newest run ended.
with last_runs as (
    select
        account,
        max(started_at) as last_run_at,
        arg_max(outcome, started_at) as last_outcome,
        arg_max(coalesce(error, ''), started_at) as last_error,
        max(started_at) filter (where outcome = 'complete') as last_success_at
    from runs
    where command <> 'import'
    group by account
),

newest_run as (
    select max(coalesce(finished_at, started_at)) as ran_at
    from runs
),

finished as (
    select
        account,
        count(*) as sessions,
        min(started_at) as first_session_at,
        max(stopped_at) as newest_session_at
    from sessions
    group by account
),

still_active as (
    select
        account,
        sorted_list(session_id) as active
    from intermediate.unstopped_sessions
    where not is_gone
    group by account
),

in_quarantine as (
    select
        account,
        count(*) as quarantined
    from intermediate.unreadable
    group by account
),

details_missing_by_account as (
    select
        account,
        count(*) as details_missing
    from intermediate.missing_details
    where not is_excluded
    group by account
),

first_open as (
    select
        account,
        min(month) as month
    from month_states
    where not is_closed
    group by account
),

closed as (
    select
        states.account,
        max(states.month) as last_closed_month,
        max(states.month) filter (where coalesce(states.month < first_open.month, true)) as closed_up_to
    from month_states as states
    left join first_open using (account)
    where states.is_closed
    group by states.account
),

months_begun as (
    select
        accounts.account,
        first_of_month(local_day(newest_run.ran_at, accounts.timezone)) as current_month
    from facts.accounts as accounts
    cross join newest_run
),

-- The months that no run has reached: the machine was off, or its runs failed.
not_reached as (
    select
        states.account,
        unnest(
            series(
                max(states.month) + interval 1 month, months_begun.current_month - interval 1 month, interval 1 month
            )
        ) as month
    from month_states as states
    inner join months_begun using (account)
    group by states.account, months_begun.current_month
),

months_over as (
    select
        states.account,
        states.month,
        states.listed_at,
        states.closable_at,
        states.details_missing
    from month_states as states
    inner join months_begun using (account)
    where states.month < months_begun.current_month
    union all
    select
        account,
        cast(month as date) as month,
        cast(null as timestamptz) as listed_at,
        cast(null as timestamptz) as closable_at,
        0 as details_missing
    from not_reached
),

gaps as (
    select
        account,
        sorted_list(case when listed_at is null then month end) as never_listed,
        sorted_list(case when listed_at < closable_at then month end) as listed_too_early,
        sorted_list(case when details_missing > 0 then month end) as without_details
    from months_over
    group by account
),

counted_findings as (
    select
        account,
        count(*) filter (where severity = 'error') as errors,
        count(*) filter (where severity = 'warning') as warnings
    from check_results
    group by account
),

assembled as (
    select
        accounts.account,
        last_runs.last_run_at,
        last_runs.last_outcome,
        nullif(last_runs.last_error, '') as last_error,
        last_runs.last_success_at,
        cast(coalesce(finished.sessions, 0) as integer) as sessions,
        finished.first_session_at,
        finished.newest_session_at,
        or_empty(still_active.active) as active,
        cast(coalesce(in_quarantine.quarantined, 0) as integer) as quarantined,
        cast(coalesce(details_missing_by_account.details_missing, 0) as integer) as details_missing,
        closed.last_closed_month,
        closed.closed_up_to,
        or_empty(gaps.never_listed) as months_never_listed,
        or_empty(gaps.listed_too_early) as months_listed_too_early,
        or_empty(gaps.without_details) as months_without_details,
        cast(coalesce(counted_findings.errors, 0) as integer) as errors,
        cast(coalesce(counted_findings.warnings, 0) as integer) as warnings
    from facts.accounts as accounts
    left join last_runs using (account)
    left join finished using (account)
    left join still_active using (account)
    left join in_quarantine using (account)
    left join details_missing_by_account using (account)
    left join closed using (account)
    left join gaps using (account)
    left join counted_findings using (account)
)

select * from assembled
