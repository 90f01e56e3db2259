-- name: month_states
-- grain: one local month of an account that was listed or has sessions
-- purpose: what the archive knows, and does not know, of a month
-- key: account, month
-- columns:
--   account            text, the logbook's account
--   month              first day of the local month
--   listed_at          time of the newest complete listing; null if there was none
--   is_closed          flag: listed long enough after its local end, with every detail fetched and none in quarantine
--   details_missing    number of sessions that stopped in it and whose detail is missing or older than the listing
--   quarantined        number of its documents, about sessions or listings, that cannot be read
--   active             number of sessions that started in it and have not stopped
-- Where claims divide sessions (split), a month with a session that began in it or before and has not stopped is open.
with listed as (
    select
        account,
        month,
        max(listed_at) as listed_at
    from facts.windows
    group by account, month
),

missing_details as (
    select
        details_due.account,
        first_of_month(local_day(details_due.stopped_at, accounts.timezone)) as month,
        count(*) as details_missing
    from staging.details_due as details_due
    inner join facts.accounts as accounts on details_due.account = accounts.account
    group by details_due.account, first_of_month(local_day(details_due.stopped_at, accounts.timezone))
),

in_quarantine as (
    select
        account,
        month,
        count(*) as quarantined
    from staging.unreadable
    group by account, month
),

still_active as (
    select
        sessions.account,
        first_of_month(local_day(sessions.started_at, accounts.timezone)) as month,
        count(*) as active
    from staging.sessions as sessions
    inner join facts.accounts as accounts on sessions.account = accounts.account
    where not sessions.is_finished
    group by sessions.account, first_of_month(local_day(sessions.started_at, accounts.timezone))
),

first_active as (
    select
        account,
        min(month) as month
    from still_active
    group by account
),

known as (
    select
        account,
        month
    from listed
    union
    select
        account,
        month
    from months
    union
    select
        account,
        month
    from still_active
),

assembled as (
    select
        known.account,
        known.month,
        listed.listed_at,
        coalesce(
            listed.listed_at >= local_midnight(cast(known.month + interval 1 month as date), accounts.timezone)
            + to_hours(settings.closed_after_hours)
            and missing_details.details_missing is null
            and in_quarantine.quarantined is null
            and (settings.claim_attribution = 'stop' or coalesce(first_active.month > known.month, true)),
            false
        ) as is_closed,
        cast(coalesce(missing_details.details_missing, 0) as integer) as details_missing,
        cast(coalesce(in_quarantine.quarantined, 0) as integer) as quarantined,
        cast(coalesce(still_active.active, 0) as integer) as active
    from known
    inner join facts.accounts as accounts on known.account = accounts.account
    cross join facts.settings as settings
    left join listed on known.account = listed.account and known.month = listed.month
    left join missing_details on known.account = missing_details.account and known.month = missing_details.month
    left join in_quarantine on known.account = in_quarantine.account and known.month = in_quarantine.month
    left join still_active on known.account = still_active.account and known.month = still_active.month
    left join first_active on known.account = first_active.account
)

select * from assembled
