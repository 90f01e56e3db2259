-- name: checks.foreign_currency
-- severity: warning
-- grain: one finding
-- purpose: Every session is billed in the account's own currency.
select
    account,
    month,
    session_id,
    concat_ws(' ', currency, home_currency) as cause,
    items(
        'It was billed as {bill}.',
        case
            when tax_amount is null
                then 'It is not added to amounts in {currency}, and the tax in it is not known.'
            else 'It is not added to amounts in {currency}, and the tax in it is another country''s.'
        end,
        'Attach its receipt to the claim: ladebog claim attach FILE'
    ) as sentences,
    items(
        amount_parameter('bill', amount_incl_tax, currency),
        text_parameter('currency', home_currency)
    ) as parameters
from intermediate.stopped_sessions
where currency <> home_currency
