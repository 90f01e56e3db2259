-- name: reimbursement_split
-- grain: one local month that a finished session lasted into, under the basis in force on the day on which it stopped
-- purpose: each month's part of the amount that a session is reimbursed with
-- key: account, session_id, month
-- refresh: never
-- columns:
--   account           text, the logbook's account
--   session_id        text, the operator's id
--   month             first day of the local month
--   basis             text, billed, rate, electricity_cost or spot
--   currency          ISO 4217 code
--   energy_kwh        kWh, the month's part
--   amount_incl_tax   currency units, the month's part; null where a price is unknown
--   price_incl_tax    currency units per kWh; null where the amount is unknown, and without energy
--   tax_refund        currency units per kWh, the refund of electricity tax that is subtracted; null where unknown
--   unknown           text, why the amount is unknown; else null
-- The months of a session sum to its row in reimbursement.
select
    account,
    session_id,
    month,
    basis,
    currency,
    energy_kwh,
    amount_incl_tax,
    price_incl_tax,
    tax_refund,
    unknown
from intermediate.attributed_reimbursement
where attribution = 'split'
