-- name: months
-- grain: one local month of an account and currency that has sessions
-- purpose: kWh, cost and tax per month: a session belongs whole to the month it stopped in
-- key: account, month, currency
-- refresh: never
-- columns:
--   account                  text, the logbook's account
--   month                    first day of the local month
--   currency                 ISO 4217 code
--   sessions                 number of sessions that stopped in the month
--   energy_kwh               kWh
--   amount_incl_tax          currency units
--   tax_amount               currency units; null where the tax of one session is unknown
--   amount_excl_tax          currency units; null where the tax of one session is unknown
--   average_price_incl_tax   currency units per kWh; null without energy
--   max_kw                   kW, of the session with the highest power
select
    account,
    month,
    currency,
    sessions,
    energy_kwh,
    amount_incl_tax,
    tax_amount,
    amount_excl_tax,
    average_price_incl_tax,
    max_kw
from intermediate.month_totals
where attribution = 'stop'
