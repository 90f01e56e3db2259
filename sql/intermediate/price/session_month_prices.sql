-- name: intermediate.session_month_prices
-- grain: one local month that a finished session lasted into
-- purpose: the month's part of the parts of the bill: spot price, markup and tax, and what these do not explain
-- refresh: session
-- columns:
--   account             text, the logbook's account
--   session_id          text, the operator's id
--   month               first day of the local month
--   currency            ISO 4217 code
--   energy_kwh          kWh
--   priced_kwh          kWh, of the charging periods whose spot price and markup are known
--   spot_amount         currency units, ex. tax, of those
--   markup_amount       currency units, ex. tax, of those; null where the tax rate is unknown
--   tax_amount          currency units; null where unknown
--   unexplained_amount  currency units; null where one of the others is unknown
--   amount_incl_tax     currency units
-- The energy of a charging period over the end of a month is divided in whole Wh, rounded down, and the last part gets
-- the rest. The months of a session share its spot and markup amounts by largest remainders of their energy times the
-- prices; amount and tax are those of session_months.
with months_of_periods as (
    select
        parts.account,
        parts.session_id,
        parts.period,
        first_of_month(local_day(parts.hour_start, accounts.timezone)) as month,
        sum(parts.weight) as weight
    from intermediate.period_parts as parts
    inner join facts.accounts as accounts using (account)
    group by
        parts.account,
        parts.session_id,
        parts.period,
        first_of_month(local_day(parts.hour_start, accounts.timezone))
),

weighed as (
    select
        months.account,
        months.session_id,
        months.period,
        months.month,
        cast(periods.energy_kwh as decimal(38, 3)) * 1000 as period_wh,
        to_nano_units(periods.spot_price_excl_tax) as spot_nano,
        to_nano_units(periods.markup_incl_tax) as markup_nano,
        row_number() over (
            partition by months.account, months.session_id, months.period
            order by months.month desc
        ) as place_from_end,
        months.weight,
        sum(months.weight) over (
            partition by months.account, months.session_id, months.period
        ) as whole_weight
    from months_of_periods as months
    inner join main.charging_periods as periods using (account, session_id, period)
    where periods.spot_price_excl_tax is not null and periods.markup_incl_tax is not null
),

rounded_down as (
    select
        *,
        case
            when place_from_end = 1 or whole_weight = 0 then 0
            else floor_quotient(period_wh * weight, whole_weight)
        end as part_wh
    from weighed
),

divided as (
    select
        account,
        session_id,
        month,
        spot_nano,
        markup_nano,
        case
            when place_from_end = 1
                then period_wh - sum(part_wh) over (
                    partition by account, session_id, period
                )
            else part_wh
        end as energy_wh
    from rounded_down
),

of_months as (
    select
        account,
        session_id,
        month,
        sum(energy_wh) as priced_wh,
        sum(exact_product(energy_wh, spot_nano)) as spot_scaled,
        sum(exact_product(energy_wh, markup_nano)) as markup_scaled
    from divided
    group by account, session_id, month
),

with_figures as (
    select
        months.account,
        months.session_id,
        months.month,
        months.currency,
        months.energy_kwh,
        cast(coalesce(of_months.priced_wh, 0) * 0.001 as decimal(18, 3)) as priced_kwh,
        months.amount_incl_tax,
        months.tax_amount,
        figures.minor_unit_decimal,
        to_minor_units(wholes.spot_amount, figures.minor_unit_decimal) as spot_minor,
        to_minor_units(wholes.markup_amount, figures.minor_unit_decimal) as markup_minor,
        case when abs(of_months.spot_scaled) < 1e21 then of_months.spot_scaled else 0 end as spot_numerator,
        nano_units_in_minor_unit(figures.minor_unit_decimal) * cast(1000 as decimal(38, 0)) as spot_denominator,
        exact_product(
            case when abs(of_months.markup_scaled) < 1e21 then of_months.markup_scaled else 0 end, 1000000
        ) as markup_numerator,
        exact_product(
            nano_units_in_minor_unit(figures.minor_unit_decimal) * cast(1000 as decimal(38, 0)),
            1000000 + to_micro_units(terms.tax_rate)
        ) as markup_denominator
    from main.session_months as months
    inner join intermediate.session_prices as wholes using (account, session_id)
    inner join intermediate.session_states as figures using (account, session_id)
    inner join intermediate.reimbursement_terms as terms using (account, session_id)
    left join of_months
        on
            months.account = of_months.account
            and months.session_id = of_months.session_id
            and months.month = of_months.month
),

floored as (
    select
        *,
        floor_quotient(spot_numerator, spot_denominator) as spot_floor,
        quotient_remainder(spot_numerator, spot_denominator) as spot_remainder,
        floor_quotient(markup_numerator, markup_denominator) as markup_floor,
        quotient_remainder(markup_numerator, markup_denominator) as markup_remainder
    from with_figures
),

shared as (
    select
        account,
        session_id,
        month,
        currency,
        energy_kwh,
        priced_kwh,
        from_minor_units(
            largest_remainder_share(
                spot_floor, row_number() over by_spot_remainder, spot_minor, sum(spot_floor) over siblings
            ),
            minor_unit_decimal
        ) as spot_amount,
        from_minor_units(
            largest_remainder_share(
                markup_floor, row_number() over by_markup_remainder, markup_minor, sum(markup_floor) over siblings
            ),
            minor_unit_decimal
        ) as markup_amount,
        tax_amount,
        amount_incl_tax
    from floored
    window
        siblings as (
            partition by account, session_id
        ),
        by_spot_remainder as (
            partition by account, session_id
            order by spot_remainder desc, month asc
        ),
        by_markup_remainder as (
            partition by account, session_id
            order by markup_remainder desc, month asc
        )
)

select
    account,
    session_id,
    month,
    currency,
    energy_kwh,
    priced_kwh,
    spot_amount,
    markup_amount,
    tax_amount,
    amount_incl_tax - spot_amount - markup_amount - tax_amount as unexplained_amount,
    amount_incl_tax
from shared
