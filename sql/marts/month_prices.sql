-- name: month_prices
-- grain: one local month of an account and currency that has sessions
-- purpose: the parts of a month's bill: spot price, markup and tax, of the sessions that stopped in it
-- key: account, month, currency
-- refresh: never
-- columns:
--   account                  text, the logbook's account
--   month                    first day of the local month
--   currency                 ISO 4217 code
--   spot_amount_excl_tax     currency units, the energy of each charging period times its spot price
--   markup_amount_excl_tax   currency units, the energy times the markup without its tax, in which the operator
--                            includes the electricity tax; null where the tax is
--   tax_amount               currency units; null where the tax of one session is unknown
--   unexplained_amount       currency units, the rest of the bill; null where the tax is
--   amount_incl_tax          currency units, the bill, which the four parts sum to
-- Each is rounded once per session. The rest is what the prices do not explain: a tariff's minimum price and fees,
-- tariffs with one price, sessions without charging periods, and errors of the power history.
select
    account,
    month,
    currency,
    spot_amount_excl_tax,
    markup_amount_excl_tax,
    tax_amount,
    unexplained_amount,
    amount_incl_tax
from intermediate.month_price_totals
where attribution = 'stop'
