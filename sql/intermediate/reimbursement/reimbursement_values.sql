-- name: intermediate.reimbursement_values
-- grain: one local month of a finished session
-- purpose: the exact value of a month under the session's basis, in whole numbers: value * factor / divisor
-- refresh: session
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   month        first day of the local month
--   value        whole number, the month's own part; null where it is too large or unknown
--   factor       whole number, the same in all months of the session
--   divisor      whole number above zero, the same in all months of the session
-- The exact value of a month, in minor units. billed: its part of the bill as in session_months, minus the refund on
-- its energy. rate and electricity_cost: the session's value, divided by energy. spot: the sum over its parts of
-- energy * (price * (1 + tax) - refund).
with months as (
    select
        account,
        session_id,
        month,
        sum(weight) as weight
    from intermediate.session_clock_hours
    group by account, session_id, month
),

bills as (
    select distinct
        account,
        session_id,
        month,
        of_month as bill_minor
    from intermediate.session_shares
    where quantity = 'money'
),

spot_values as (
    select
        parts.account,
        parts.session_id,
        parts.month,
        sum(parts.weight) as weight,
        count(*) as parts,
        count(parts.price_nano) as priced_parts,
        sum(
            exact_product(
                parts.weight,
                exact_product(parts.price_nano, terms.tax_factor_numerator)
                - exact_product(terms.refund_micro * 1000, terms.tax_factor_denominator)
            )
        ) as value
    from intermediate.spot_parts as parts
    inner join intermediate.reimbursement_terms as terms using (account, session_id)
    group by parts.account, parts.session_id, parts.month
),

with_terms as (
    select
        terms.account,
        terms.session_id,
        months.month,
        terms.basis,
        terms.energy_wh,
        terms.electricity_cost_nano,
        terms.rate_micro,
        terms.refund_micro,
        terms.tax_factor_denominator,
        bills.bill_minor,
        months.weight,
        sum(months.weight) over whole_session as whole_weight,
        spot_values.value as spot_value,
        coalesce(spot_values.parts, 0) = coalesce(spot_values.priced_parts, 0) as is_priced,
        coalesce(sum(spot_values.weight) over whole_session, 0) as whole_spot_weight,
        nano_units_in_minor_unit(terms.minor_unit_decimal) as nano_in_minor
    from intermediate.reimbursement_terms as terms
    inner join months using (account, session_id)
    inner join bills
        on
            months.account = bills.account
            and months.session_id = bills.session_id
            and months.month = bills.month
    left join spot_values
        on
            months.account = spot_values.account
            and months.session_id = spot_values.session_id
            and months.month = spot_values.month
    window whole_session as (
        partition by terms.account, terms.session_id
    )
),

valued as (
    select
        account,
        session_id,
        month,
        case
            when basis = 'billed' and refund_micro = 0 then bill_minor
            when basis = 'billed'
                then
                    exact_product(bill_minor, exact_product(whole_weight, nano_in_minor))
                    - exact_product(exact_product(refund_micro, energy_wh), weight)
            when basis in ('rate', 'electricity_cost') then weight
            when energy_wh = 0 then 0
            when whole_spot_weight > 0 and is_priced then coalesce(spot_value, 0)
        end as value,
        case basis
            when 'billed' then 1
            when 'rate' then exact_product(rate_micro - refund_micro, energy_wh)
            when 'electricity_cost' then electricity_cost_nano - exact_product(refund_micro, energy_wh)
            when 'spot' then energy_wh
        end as factor,
        case
            when basis = 'billed' and refund_micro = 0 then 1
            when basis <> 'spot' then exact_product(whole_weight, nano_in_minor)
            when energy_wh = 0 then 1
            else exact_product(whole_spot_weight, tax_factor_denominator * nano_in_minor * 1000)
        end as divisor
    from with_terms
)

select
    account,
    session_id,
    month,
    cast(value as decimal(38, 0)) as value,
    cast(factor as decimal(38, 0)) as factor,
    cast(divisor as decimal(38, 0)) as divisor
from valued
