-- name: checks.time_zones_differ
-- severity: error
-- grain: one finding
-- purpose: DuckDB, which divides sessions between months, and Python, which lists months, know the same time zone.
-- Each has time zone data of its own, of different versions. Compared are the stops of all sessions, and in the years
-- of sessions the hours before and after each change of the offset.
with periods as (
    select
        account,
        valid_from,
        lead(valid_from) over (
            partition by account
            order by valid_from
        ) as valid_to,
        offset_s
    from facts.zone_offsets
),

years as (
    select
        account,
        extract(year from min(started_at)) as first_year,
        extract(year from max(stopped_at)) as last_year
    from main.sessions
    group by account
),

changes as (
    select
        account,
        valid_from as moment,
        offset_s
    from periods
    union all
    select
        account,
        hours_after(valid_to, -1) as moment,
        offset_s
    from periods
    where valid_to is not null
),

moments as (
    select changes.*
    from changes
    inner join years using (account)
    where extract(year from changes.moment) between years.first_year and years.last_year
    union all
    select
        sessions.account,
        sessions.stopped_at as moment,
        periods.offset_s
    from main.sessions as sessions
    inner join periods
        on
            sessions.account = periods.account
            and sessions.stopped_at >= periods.valid_from
            and (periods.valid_to is null or sessions.stopped_at < periods.valid_to)
),

compared as (
    select
        moments.account,
        accounts.timezone,
        moments.moment,
        moments.offset_s,
        floor_quotient(
            microseconds_between(local_time(moments.moment, 'UTC'), local_time(moments.moment, accounts.timezone)),
            1000000
        ) as own_offset_s
    from moments
    inner join facts.accounts as accounts using (account)
),

differing as (
    select
        account,
        any_value(timezone) as timezone,
        min(moment) as moment,
        arg_min(offset_s, moment) as offset_s,
        arg_min(own_offset_s, moment) as own_offset_s
    from compared
    where offset_s <> own_offset_s
    group by account
)

select
    account,
    cast(null as date) as month,
    cast(null as varchar) as session_id,
    concat_ws(' ', timezone, minute_text(moment, 'UTC'), offset_s, own_offset_s) as cause,
    items(
        'The time zone data of DuckDB and of Python differ for {zone}: at {moment} UTC it is {duckdb} minutes ahead by '
        || 'DuckDB, {python} by Python.',
        'Sessions may be in the wrong month.',
        'Update Ladebog, and the time zone data of this computer (tzdata), then run: ladebog transform'
    ) as sentences,
    items(
        text_parameter('zone', timezone),
        minute_parameter('moment', moment, 'UTC'),
        number_parameter('duckdb', floor_quotient(own_offset_s, 60)),
        number_parameter('python', floor_quotient(offset_s, 60))
    ) as parameters
from differing
