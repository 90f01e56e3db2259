-- name: days_split
-- grain: one local day of an account and currency that sessions lasted into
-- purpose: kWh, cost and tax per day: a session belongs to each day that it lasted into, with its part
-- key: account, day, currency
-- refresh: never
-- columns:
--   account                  text, the logbook's account
--   day                      local day
--   currency                 ISO 4217 code
--   sessions                 number of sessions that lasted into the day
--   energy_kwh               kWh
--   amount_incl_tax          currency units
--   tax_amount               currency units; null where the tax of one session is unknown
--   amount_excl_tax          currency units; null where the tax of one session is unknown
--   average_price_incl_tax   currency units per kWh; null without energy
--   max_kw                   kW, of the session with the highest power
select
    account,
    day,
    currency,
    sessions,
    energy_kwh,
    amount_incl_tax,
    tax_amount,
    amount_excl_tax,
    average_price_incl_tax,
    max_kw
from intermediate.day_totals
where attribution = 'split'
