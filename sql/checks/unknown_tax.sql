-- name: checks.unknown_tax
-- severity: error
-- grain: one finding
-- purpose: The tax in each bill in the account's own currency is known.
select
    account,
    month,
    session_id,
    case when prices_include_tax = false then 'bill without tax' else 'no rate' end as cause,
    items(
        case
            when prices_include_tax = false
                then
                    'The operator states that the bill of {bill} does not include tax, so the full amount is unknown.'
            else 'No rate of tax is known for the bill of {bill}.'
        end,
        case
            when prices_include_tax = false then 'Ask the operator for an invoice.'
            else 'Name the rate of that day in ladebog.toml, under [[tax_rate]].'
        end
    ) as sentences,
    items(
        amount_parameter('bill', amount_incl_tax, currency)
    ) as parameters
from intermediate.stopped_sessions
where tax_amount is null and currency = home_currency
