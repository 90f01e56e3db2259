-- name: intermediate.session_shares
-- grain: one quantity of a finished session, energy or money, in one local clock hour
-- purpose: the whole Wh and minor units of hours, days and months, so that each level sums to the level above
-- refresh: session
-- columns:
--   account        text, the logbook's account
--   session_id     text, the operator's id
--   quantity       text, energy or money
--   month          first day of the local month
--   day            local day
--   hour_start     time at which the hour begins
--   of_month       Wh or whole minor units of the session in the month
--   of_day         Wh or whole minor units of the session on the day
--   of_hour        Wh or whole minor units of the session in the hour
-- The session is divided between months, each month between its days and each day between its hours, every time by
-- largest remainders.
with hour_values as (
    select * from intermediate.hour_values
),

of_months as (
    select
        account,
        session_id,
        quantity,
        month,
        any_value(whole) as whole,
        floor_quotient(sum(numerator), any_value(denominator)) as floored,
        quotient_remainder(sum(numerator), any_value(denominator)) as remainder
    from hour_values
    group by account, session_id, quantity, month
),

months_shared as (
    select
        account,
        session_id,
        quantity,
        month,
        largest_remainder_share(
            floored, row_number() over by_remainder, whole, sum(floored) over siblings
        ) as share
    from of_months
    window
        siblings as (
            partition by account, session_id, quantity
        ),
        by_remainder as (
            partition by account, session_id, quantity
            order by remainder desc, month asc
        )
),

of_days as (
    select
        parts.account,
        parts.session_id,
        parts.quantity,
        parts.month,
        parts.day,
        any_value(parents.share) as whole,
        floor_quotient(sum(parts.numerator), any_value(parts.denominator)) as floored,
        quotient_remainder(sum(parts.numerator), any_value(parts.denominator)) as remainder
    from hour_values as parts
    inner join months_shared as parents using (account, session_id, quantity, month)
    group by parts.account, parts.session_id, parts.quantity, parts.month, parts.day
),

days_shared as (
    select
        account,
        session_id,
        quantity,
        month,
        day,
        whole as of_month,
        largest_remainder_share(
            floored, row_number() over by_remainder, whole, sum(floored) over siblings
        ) as share
    from of_days
    window
        siblings as (
            partition by account, session_id, quantity, month
        ),
        by_remainder as (
            partition by account, session_id, quantity, month
            order by remainder desc, day asc
        )
),

of_hours as (
    select
        parts.account,
        parts.session_id,
        parts.quantity,
        parts.month,
        parts.day,
        parts.hour_start,
        parents.of_month,
        parents.share as whole,
        floor_quotient(parts.numerator, parts.denominator) as floored,
        quotient_remainder(parts.numerator, parts.denominator) as remainder
    from hour_values as parts
    inner join days_shared as parents using (account, session_id, quantity, day)
),

hours_shared as (
    select
        account,
        session_id,
        quantity,
        month,
        day,
        hour_start,
        of_month,
        whole as of_day,
        largest_remainder_share(
            floored, row_number() over by_remainder, whole, sum(floored) over siblings
        ) as of_hour
    from of_hours
    window
        siblings as (
            partition by account, session_id, quantity, day
        ),
        by_remainder as (
            partition by account, session_id, quantity, day
            order by remainder desc, hour_start asc
        )
)

select * from hours_shared
