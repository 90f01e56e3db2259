-- name: checks.amounts_differ
-- severity: warning
-- grain: one finding
-- purpose: If the operator states a session's amount twice, the two are equal after rounding.
select
    account,
    month,
    session_id,
    concat_ws(' ', total_amount, amount, currency) as cause,
    items(
        'The operator states a total of {total} and an amount of {amount}.',
        'The total counts; ask the operator what makes the difference.'
    ) as sentences,
    items(
        amount_parameter('total', total_amount, currency),
        amount_parameter('amount', amount, currency)
    ) as parameters
from intermediate.stopped_sessions
where to_minor_units(total_amount, minor_unit_decimal) <> to_minor_units(amount, minor_unit_decimal)
