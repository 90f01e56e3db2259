-- name: checks.bill_beyond_periods
-- severity: error
-- grain: one finding
-- purpose: No bill is more than 3 times what its charging periods, fees and minimum price come to.
-- The tariff's fees may already be in the charging periods; both count here. A bill below zero is compared likewise,
-- but no minimum price explains it.
with summed as (
    select
        sessions.*,
        sums.amount_incl_tax + coalesce(audits.price_per_session, 0) + coalesce(audits.duration_fee, 0)
        + coalesce(audits.connection_fee, 0) + coalesce(audits.idle_fee, 0) as periods_and_fees
    from intermediate.stopped_sessions as sessions
    inner join intermediate.session_period_sums as sums using (account, session_id)
    inner join main.bill_audit as audits using (account, session_id)
),

compared as (
    select
        *,
        to_minor_units(amount_incl_tax, minor_unit_decimal) as bill_minor,
        to_minor_units(
            case
                when amount_incl_tax < 0 then least(periods_and_fees, 0)
                else greatest(periods_and_fees, coalesce(minimum_price, 0))
            end,
            minor_unit_decimal
        ) as explained_minor
    from summed
)

select
    account,
    month,
    session_id,
    concat_ws(' ', bill_minor, explained_minor, currency) as cause,
    items(
        case
            when bill_minor > 0
                then 'The bill is {bill}, more than 3 times the {explained} that its charging periods and fees come to.'
            else 'The bill is {bill}, but its charging periods and fees come to {periods}.'
        end,
        'Ask the operator to correct it.'
    ) as sentences,
    items(
        amount_parameter('bill', amount_incl_tax, currency),
        amount_parameter('explained', from_minor_units(explained_minor, minor_unit_decimal), currency),
        amount_parameter(
            'periods',
            from_minor_units(to_minor_units(periods_and_fees, minor_unit_decimal), minor_unit_decimal),
            currency
        )
    ) as parameters
from compared
where
    (bill_minor > 3 * explained_minor and bill_minor > explained_minor + 1)
    or (bill_minor < 0 and bill_minor < 3 * explained_minor and bill_minor < explained_minor - 1)
