-- name: page_months
-- grain: one local month with sessions in the account's currency
-- purpose: the bars of the page, and where the month's money went
-- parameters:
--   account                  text, the logbook's account
-- columns:
--   year                     whole number
--   month                    first day of the local month
--   is_closed                flag: the month is complete
--   sessions                 number of sessions that stopped in the month
--   energy_kwh               kWh
--   amount_incl_tax          currency units
--   tax_amount               currency units; null where unknown
--   average_price_incl_tax   currency units per kWh; null without energy
--   spot_amount_excl_tax     currency units, of spot prices; null where unknown
--   markup_amount_excl_tax   currency units, of markups; null where unknown
--   unexplained_amount       currency units, the rest of the bill; null where the tax is unknown
select
    cast(extract(year from months.month) as integer) as year,
    months.month,
    states.is_closed,
    months.sessions,
    months.energy_kwh,
    months.amount_incl_tax,
    months.tax_amount,
    months.average_price_incl_tax,
    prices.spot_amount_excl_tax,
    prices.markup_amount_excl_tax,
    prices.unexplained_amount
from months
inner join facts.accounts using (account, currency)
inner join month_prices as prices using (account, month, currency)
inner join month_states as states using (account, month)
where account = $account
order by months.month
