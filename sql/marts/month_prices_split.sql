-- name: month_prices_split
-- grain: one local month of an account and currency that sessions lasted into
-- purpose: the parts of a month's bill: spot price, markup and tax, with each session's part of the month
-- key: account, month, currency
-- refresh: never
-- columns:
--   account                  text, the logbook's account
--   month                    first day of the local month
--   currency                 ISO 4217 code
--   priced_kwh               kWh whose spot price and markup are known; the rest's bill, less its tax, is unexplained
--   spot_amount_excl_tax     currency units, the priced energy of each charging period times its spot price; null
--                            where there is energy and none of it is priced
--   markup_amount_excl_tax   currency units, that energy times the markup without its tax, in which the operator
--                            includes the electricity tax; null where the tax or spot amount is
--   tax_amount               currency units; null where the tax of one session is unknown
--   unexplained_amount       currency units, the rest of the bill; null where the tax is
--   amount_incl_tax          currency units, the bill, which the known parts sum to
-- Each is rounded once per session. The rest is what the prices do not explain: a tariff's minimum price and fees,
-- tariffs with one price, sessions without charging periods, and errors of the power history. Divide spot and markup
-- by priced_kwh, and not by all kWh of the month, for their prices per kWh.
select
    account,
    month,
    currency,
    priced_kwh,
    spot_amount_excl_tax,
    markup_amount_excl_tax,
    tax_amount,
    unexplained_amount,
    amount_incl_tax
from intermediate.month_price_totals
where attribution = 'split'
