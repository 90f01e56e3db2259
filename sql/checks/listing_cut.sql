-- name: checks.listing_cut
-- severity: warning
-- grain: one finding
-- purpose: No day is listed with as many sessions as the operator is known to cut its lists off at.
-- A month with a page as large as the largest that the operator has sent, or with several pages and as many sessions as
-- the longest such list, is listed again in halves, and these in halves. At one day there is nothing left to divide.
-- That lists are cut off at that size shows in a month whose parts have more sessions than its list. Otherwise it is
-- unknown whether such a day has more. One session, or two on one day alone, may well be all; 3 or more, or two on
-- several days, are a finding.
-- A larger page, whenever it is seen, shows that the operator does not cut its lists off at that size.
with ranked as (
    select
        account,
        month,
        sessions,
        parts,
        cut_days,
        largest_page,
        max(largest_page) over (partition by account) as largest_ever,
        row_number() over (partition by account, month order by listed_at desc, run_id desc) as age
    from facts.windows
),

divided as (
    select
        account,
        month,
        cut_days,
        largest_page,
        max(sessions) over (partition by account) as most_sessions
    from ranked
    where age = 1 and largest_page = largest_ever and list_text(parts) <> ''
),

days as (
    select
        account,
        month,
        largest_page,
        most_sessions,
        unnest(cut_days) as day
    from divided
),

cut as (
    select
        *,
        count(*) over (partition by account) as days_of_account
    from days
)

select
    account,
    month,
    cast(null as varchar) as session_id,
    concat_ws(' ', day, largest_page) as cause,
    items(
        'The operator''s list of {day} is as long as the longest that it has sent: it may be cut off.',
        'Compare it with the app, and import what is missing: ladebog import --help'
    ) as sentences,
    items(
        day_parameter('day', day)
    ) as parameters
from cut
where
    most_sessions > largest_page
    or largest_page > 2
    or (largest_page = 2 and days_of_account > 1)
