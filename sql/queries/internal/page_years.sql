-- name: page_years
-- grain: one year with sessions in the account's currency
-- purpose: the sums of the months that the page shows together
-- parameters:
--   account                  text, the logbook's account
-- columns:
--   year                     whole number
--   sessions                 number of sessions that stopped in the year
--   energy_kwh               kWh
--   amount_incl_tax          currency units
--   tax_amount               currency units; null where unknown
--   average_price_incl_tax   currency units per kWh; null without energy
--   spot_amount_excl_tax     currency units, of spot prices
--   markup_amount_excl_tax   currency units, of markups; null where the tax is unknown
--   unexplained_amount       currency units, the rest of the bills; null where the tax is unknown
with summed as (
    select
        cast(extract(year from prices.month) as integer) as year,
        cast(sum(months.sessions) as integer) as sessions,
        cast(sum(months.energy_kwh) as decimal(18, 3)) as energy_kwh,
        cast(sum(prices.amount_incl_tax) as decimal(18, 3)) as amount_incl_tax,
        cast(
            case when count(*) = count(prices.tax_amount) then sum(prices.tax_amount) end as decimal(18, 3)
        ) as tax_amount,
        cast(sum(prices.spot_amount_excl_tax) as decimal(18, 3)) as spot_amount_excl_tax,
        cast(
            case
                when count(*) = count(prices.markup_amount_excl_tax) then sum(prices.markup_amount_excl_tax)
            end as decimal(18, 3)
        ) as markup_amount_excl_tax,
        cast(
            case when count(*) = count(prices.unexplained_amount) then sum(prices.unexplained_amount) end
            as decimal(18, 3)
        ) as unexplained_amount
    from month_prices as prices
    inner join months using (account, month, currency)
    inner join facts.accounts using (account, currency)
    where account = $account
    group by extract(year from prices.month)
)

select
    year,
    sessions,
    energy_kwh,
    amount_incl_tax,
    tax_amount,
    price_per_kwh(amount_incl_tax, energy_kwh) as average_price_incl_tax,
    spot_amount_excl_tax,
    markup_amount_excl_tax,
    unexplained_amount
from summed
order by year desc
