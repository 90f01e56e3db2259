-- name: month_states
-- grain: one local month of an account that was asked for, has sessions or unreadable documents, or lies between such
-- purpose: how complete the archive is for a month
-- key: account, month
-- columns:
--   account            text, the logbook's account
--   month              first day of the local month
--   listed_at          time of the newest complete listing; null if there was none
--   closable_at        time from which a listing closes it
--   is_closed          flag: listed long enough after its local end, every detail fetched and nothing in quarantine
--   details_missing    number of sessions that stopped in it whose detail is missing or older than the listing,
--                      without excluded ones
--   quarantined        number of its documents that cannot be read, about listings and sessions that are not excluded
--   active             number of sessions that started in it and have not stopped
-- A session that the operator no longer has counts as ended, not as active.
-- Where claims divide sessions (split), a month is open while a session that began in it or before has not stopped.
with listed as (
    select
        account,
        month,
        max(listed_at) as listed_at
    from facts.windows
    group by account, month
),

details_missing_by_month as (
    select
        details.account,
        first_of_month(local_day(details.stopped_at, accounts.timezone)) as month,
        count(*) as details_missing
    from intermediate.missing_details as details
    inner join facts.accounts as accounts using (account)
    where not details.is_excluded
    group by details.account, first_of_month(local_day(details.stopped_at, accounts.timezone))
),

in_quarantine as (
    select
        account,
        month,
        count(*) as quarantined
    from intermediate.unreadable
    where not is_gone and not is_excluded
    group by account, month
),

still_active as (
    select
        account,
        month,
        count(*) as active
    from intermediate.unstopped_sessions
    where not is_gone and month is not null
    group by account, month
),

first_active as (
    select
        account,
        min(month) as month
    from still_active
    group by account
),

known_months as (
    select
        account,
        month
    from listed
    union
    select
        account,
        month
    from intermediate.month_totals
    union
    select
        account,
        month
    from still_active
    union
    select
        account,
        month
    from facts.unlisted_months
    union
    select
        account,
        month
    from in_quarantine
    where month is not null
),

spans as (
    select
        account,
        unnest(series(min(month), max(month), interval 1 month)) as month
    from known_months
    group by account
),

closable as (
    select
        spans.account,
        cast(spans.month as date) as month,
        hours_after(
            local_midnight(cast(spans.month + interval 1 month as date), accounts.timezone), settings.closed_after_hours
        ) as closable_at,
        settings.claim_attribution
    from spans
    inner join facts.accounts as accounts using (account)
    cross join facts.settings as settings
),

assembled as (
    select
        closable.account,
        closable.month,
        listed.listed_at,
        closable.closable_at,
        coalesce(
            listed.listed_at >= closable.closable_at
            and details_missing_by_month.details_missing is null
            and in_quarantine.quarantined is null
            and (closable.claim_attribution = 'stop' or coalesce(first_active.month > closable.month, true)),
            false
        ) as is_closed,
        cast(coalesce(details_missing_by_month.details_missing, 0) as integer) as details_missing,
        cast(coalesce(in_quarantine.quarantined, 0) as integer) as quarantined,
        cast(coalesce(still_active.active, 0) as integer) as active
    from closable
    left join listed using (account, month)
    left join details_missing_by_month using (account, month)
    left join in_quarantine using (account, month)
    left join still_active using (account, month)
    left join first_active using (account)
)

select * from assembled
