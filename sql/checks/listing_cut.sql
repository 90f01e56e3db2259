-- name: checks.listing_cut
-- severity: warning
-- grain: one finding
-- purpose: No day was listed with as many sessions as the largest page that the operator has sent.
-- A month with such a page is listed again in halves, and these in halves. At one day there is nothing left to divide.
-- A larger page, whenever it is seen, shows that the operator does not cut its pages at that size.
with newest as (
    select
        account,
        month,
        cut_days,
        largest_page,
        max(largest_page) over (partition by account) as largest_ever,
        row_number() over (partition by account, month order by listed_at desc, run_id desc) as age
    from facts.windows
),

cut as (
    select
        account,
        month,
        largest_page,
        unnest(cut_days) as day
    from newest
    where age = 1 and largest_page = largest_ever
)

select
    account,
    month,
    cast(null as varchar) as session_id,
    concat_ws(' ', day, largest_page) as cause,
    'The operator''s list of ' || day || ' has ' || largest_page
    || ' sessions, as many as the longest list it has sent: it may be cut off. '
    || 'Compare it with the app, and import what is missing: ladebog import --help' as detail
from cut
