-- name: intermediate.attributed_reimbursement
-- grain: one local month of a finished session and attribution, under the basis in force on the day on which it stopped
-- purpose: the amount that a session is reimbursed with, for reimbursement and reimbursement_split
-- refresh: session
-- columns:
--   account           text, the logbook's account
--   session_id        text, the operator's id
--   month             first day of the local month
--   basis             text, billed, rate, electricity_cost or spot
--   attribution       text; stop: the whole session in the month it stopped in; split: each month's part of it
--   currency          ISO 4217 code
--   energy_kwh        kWh, the session's or its month's
--   amount_incl_tax   currency units; null where a price is unknown
--   price_incl_tax    currency units per kWh; null where the amount is unknown, and without energy
--   tax_refund        currency units per kWh, the refund of electricity tax that is subtracted; null where unknown
--   unknown           text, why the amount is unknown; else null
-- billed: the bill. rate: the rate times the energy that is neither free nor non-billable. electricity_cost: the
-- owner's own cost as the operator tracks it. spot: over the hours, the energy times the spot price and the additions,
-- with tax. The refund of electricity tax on the same energy is subtracted, where the operator pays one. The amount is
-- rounded once per session, half away from zero to the minor unit. Under split, the session's months sum to it. If no
-- month's exact value is below zero and their sum is above zero, the amount is divided in proportion to these values.
-- Otherwise each month has its own value. Both are rounded to the minor unit by largest remainders.
with of_sessions as (
    select
        account,
        session_id,
        count(*) = count(value) and count(*) = count(factor) and count(*) = count(divisor) as is_known,
        sum(value) as value,
        any_value(factor) as factor,
        any_value(divisor) as divisor,
        any_value(factor) > 0 and min(value) >= 0 and sum(value) > 0 as is_in_proportion
    from intermediate.reimbursement_values
    group by account, session_id
),

rounded as (
    select
        account,
        session_id,
        case when is_known then rounded_quotient(exact_product(value, factor), divisor) end as amount_minor,
        value,
        factor,
        divisor,
        is_in_proportion
    from of_sessions
),

-- A session's amount cannot reach a thousand million minor units, and its price would not fit the column.
in_bounds as (
    select * from rounded
    where abs(amount_minor) < 1e9
),

exact_months as (
    select
        months.account,
        months.session_id,
        months.month,
        in_bounds.amount_minor,
        case
            when in_bounds.is_in_proportion then exact_product(in_bounds.amount_minor, months.value)
            else exact_product(months.value, in_bounds.factor)
        end as numerator,
        case when in_bounds.is_in_proportion then in_bounds.value else in_bounds.divisor end as denominator
    from intermediate.reimbursement_values as months
    left join in_bounds using (account, session_id)
),

floored as (
    select
        account,
        session_id,
        month,
        amount_minor,
        floor_quotient(numerator, denominator) as floor_minor,
        quotient_remainder(numerator, denominator) as remainder
    from exact_months
),

shared as (
    select
        account,
        session_id,
        month,
        case when count(*) over whole_session = count(floor_minor) over whole_session then amount_minor end
            as of_session,
        largest_remainder_share(
            floor_minor, row_number() over by_remainder, amount_minor, sum(floor_minor) over whole_session
        ) as of_month
    from floored
    window
        whole_session as (
            partition by account, session_id
        ),
        by_remainder as (
            partition by account, session_id
            order by remainder desc, month asc
        )
),

first_unknown_prices as (
    select
        account,
        session_id,
        count(*) as parts,
        arg_min(unknown, (hour_start, period)) filter (where unknown is not null) as unknown
    from intermediate.spot_parts
    group by account, session_id
),

with_periods as (
    select distinct
        account,
        session_id
    from main.charging_periods
),

amounts as (
    select
        shared.account,
        shared.session_id,
        shared.month,
        terms.month as stop_month,
        terms.basis,
        terms.currency,
        terms.minor_unit_decimal,
        cast(terms.refund_micro * 0.000001 as decimal(18, 6)) as tax_refund,
        case when terms.unknown is null then shared.of_session end as of_session,
        case when terms.unknown is null then shared.of_month end as of_month,
        case
            when terms.unknown is not null then terms.unknown
            when shared.of_session is not null then null
            when terms.basis = 'spot' and with_periods.session_id is null
                then 'the operator states no charging periods'
            when terms.basis = 'spot' and first_unknown_prices.parts is null
                then 'it is unknown in which charging period the energy flowed'
            else coalesce(first_unknown_prices.unknown, 'the figures are too large to be computed exactly')
        end as unknown
    from shared
    inner join intermediate.reimbursement_terms as terms using (account, session_id)
    left join first_unknown_prices using (account, session_id)
    left join with_periods using (account, session_id)
),

both_attributions as (
    select
        amounts.account,
        amounts.session_id,
        amounts.month,
        amounts.basis,
        'split' as attribution,
        amounts.currency,
        session_months.energy_kwh,
        from_minor_units(amounts.of_month, amounts.minor_unit_decimal) as amount_incl_tax,
        amounts.tax_refund,
        amounts.unknown
    from amounts
    inner join main.session_months using (account, session_id, month)
    union all
    select
        amounts.account,
        amounts.session_id,
        amounts.stop_month as month,
        amounts.basis,
        'stop' as attribution,
        amounts.currency,
        sessions.energy_kwh,
        from_minor_units(amounts.of_session, amounts.minor_unit_decimal) as amount_incl_tax,
        amounts.tax_refund,
        amounts.unknown
    from amounts
    inner join main.sessions using (account, session_id)
    where amounts.month = amounts.stop_month
),

priced as (
    select
        account,
        session_id,
        month,
        basis,
        attribution,
        currency,
        energy_kwh,
        amount_incl_tax,
        price_per_kwh(amount_incl_tax, energy_kwh) as price_incl_tax,
        tax_refund,
        unknown
    from both_attributions
)

select * from priced
