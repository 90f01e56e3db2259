-- name: checks.periods_unlike_bill
-- severity: warning
-- grain: one finding
-- purpose: The charging periods sum to the bill, to within one minor unit, or the bill is the minimum price.
with compared as (
    select
        sessions.*,
        to_minor_units(sums.amount_incl_tax, sessions.minor_unit_decimal) as periods_minor,
        to_minor_units(sessions.amount_incl_tax, sessions.minor_unit_decimal) as bill_minor,
        to_minor_units(sessions.minimum_price, sessions.minor_unit_decimal) as minimum_minor
    from intermediate.stopped_sessions as sessions
    inner join intermediate.session_period_sums as sums using (account, session_id)
)

select
    account,
    month,
    session_id,
    concat_ws(' ', bill_minor, periods_minor, currency) as cause,
    items(
        'The bill is {bill}, its charging periods sum to {periods}.',
        'The bill counts; ask the operator what makes the difference.'
    ) as sentences,
    items(
        amount_parameter('bill', amount_incl_tax, currency),
        amount_parameter('periods', from_minor_units(periods_minor, minor_unit_decimal), currency)
    ) as parameters
from compared
where
    abs(bill_minor - periods_minor) > 1
    and not coalesce(bill_minor = minimum_minor and periods_minor < minimum_minor, false)
