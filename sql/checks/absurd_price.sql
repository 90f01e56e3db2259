-- name: checks.absurd_price
-- severity: error
-- grain: one finding
-- purpose: No bill is more than a price far above all known ones comes to for its energy, or for 10 kWh if it has less.
-- The 10 kWh leave room for fees. A currency that is not named here may be worth little, so its limit is high.
with limited as (
    select
        *,
        case
            when currency in ('CHF', 'EUR', 'GBP', 'USD') then 15
            when currency in ('CZK', 'DKK', 'NOK', 'PLN', 'SEK') then 100
            else 10000
        end as highest_price
    from intermediate.stopped_sessions
)

select
    account,
    month,
    session_id,
    concat_ws(' ', amount_incl_tax, currency, energy_kwh) as cause,
    items(
        'The bill is {bill} for {energy} kWh, more than {highest} {currency} per kWh.',
        'Ask the operator to correct it.'
    ) as sentences,
    items(
        amount_parameter('bill', amount_incl_tax, currency),
        number_parameter('energy', energy_kwh),
        number_parameter('highest', highest_price),
        text_parameter('currency', currency)
    ) as parameters
from limited
where amount_incl_tax > highest_price * greatest(energy_kwh, 10)
