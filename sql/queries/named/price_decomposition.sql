-- name: price_decomposition
-- grain: one local month of an account and currency in which sessions stopped
-- purpose: what the average price per kWh consists of: spot price, markup and tax
-- parameters:
--   account                  text, default null: only this account of the logbook
--   year                     integer, default null: only months of this year
-- columns:
--   account                  text, the logbook's account
--   month                    first day of the local month
--   price_incl_tax           currency units per kWh; null without energy
--   spot_per_kwh             currency units per priced kWh, ex. tax; null without any
--   markup_per_kwh           currency units per priced kWh, ex. tax, with the electricity tax that the operator
--                            includes; null without any, or where the tax is unknown
--   tax_per_kwh              currency units per kWh; null without energy, or where the tax is unknown
--   unexplained_per_kwh      currency units per kWh, the rest of the bills; null as the tax
--   energy_kwh               kWh
--   priced_kwh               kWh whose spot price and markup are known
--   amount_incl_tax          currency units, the bills
--   currency                 ISO 4217 code
-- A session belongs whole to the month it stopped in. Each part is rounded for itself. The rest is what the prices do
-- not explain: a tariff's minimum price and fees, tariffs with one price, sessions without charging periods. Where not
-- all energy is priced, the parts per kWh do not sum to the price.
select
    prices.account,
    prices.month,
    months.average_price_incl_tax as price_incl_tax,
    price_per_kwh(prices.spot_amount_excl_tax, prices.priced_kwh) as spot_per_kwh,
    price_per_kwh(prices.markup_amount_excl_tax, prices.priced_kwh) as markup_per_kwh,
    price_per_kwh(prices.tax_amount, months.energy_kwh) as tax_per_kwh,
    price_per_kwh(prices.unexplained_amount, months.energy_kwh) as unexplained_per_kwh,
    months.energy_kwh,
    prices.priced_kwh,
    prices.amount_incl_tax,
    prices.currency
from month_prices as prices
inner join months using (account, month, currency)
where
    coalesce(prices.account = $account, true)
    and coalesce(year(prices.month) = $year, true)
order by prices.account, prices.currency, prices.month
