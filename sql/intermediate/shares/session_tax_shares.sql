-- name: intermediate.session_tax_shares
-- grain: one local day of a finished session whose tax is known
-- purpose: a session's tax, divided between months and days in proportion to its money
-- columns:
--   account        text, the logbook's account
--   session_id     text, the operator's id
--   month          first day of the local month
--   day            local day
--   of_month       whole minor units of the session's tax in the month
--   of_day         whole minor units of the session's tax on the day
-- If the bill is zero but states a tax, the whole tax is on the last day.
with money_of_days as (
    select distinct
        account,
        session_id,
        month,
        day,
        of_month as money_of_month,
        of_day as money_of_day
    from intermediate.session_shares
    where quantity = 'money'
),

taxed as (
    select
        money_of_days.*,
        max(money_of_days.day) over (
            partition by money_of_days.account, money_of_days.session_id
        ) as last_day,
        sessions.bill_minor,
        to_minor_units(marts.tax_amount, sessions.minor_unit_decimal) as tax_minor
    from money_of_days
    inner join staging.sessions as sessions using (account, session_id)
    inner join main.sessions as marts using (account, session_id)
    where marts.tax_amount is not null
),

of_months as (
    select distinct
        account,
        session_id,
        month,
        tax_minor as whole,
        case
            when bill_minor <> 0 then sign(bill_minor) * tax_minor * money_of_month
            when month = first_of_month(last_day) then tax_minor
            else 0
        end as numerator,
        coalesce(nullif(abs(bill_minor), 0), 1) as denominator
    from taxed
),

months_shared as (
    select
        account,
        session_id,
        month,
        largest_remainder_share(
            floor_quotient(numerator, denominator),
            row_number() over by_remainder,
            whole,
            sum(floor_quotient(numerator, denominator)) over siblings
        ) as of_month
    from of_months
    window
        siblings as (
            partition by account, session_id
        ),
        by_remainder as (
            partition by account, session_id
            order by quotient_remainder(numerator, denominator) desc, month asc
        )
),

of_days as (
    select
        taxed.account,
        taxed.session_id,
        taxed.month,
        taxed.day,
        months_shared.of_month,
        case
            when taxed.bill_minor <> 0 then sign(taxed.bill_minor) * taxed.tax_minor * taxed.money_of_day
            when taxed.day = taxed.last_day then taxed.tax_minor
            else 0
        end as numerator,
        coalesce(nullif(abs(taxed.bill_minor), 0), 1) as denominator
    from taxed
    inner join months_shared using (account, session_id, month)
),

days_shared as (
    select
        account,
        session_id,
        month,
        day,
        of_month,
        largest_remainder_share(
            floor_quotient(numerator, denominator),
            row_number() over by_remainder,
            of_month,
            sum(floor_quotient(numerator, denominator)) over siblings
        ) as of_day
    from of_days
    window
        siblings as (
            partition by account, session_id, month
        ),
        by_remainder as (
            partition by account, session_id, month
            order by quotient_remainder(numerator, denominator) desc, day asc
        )
)

select * from days_shared
