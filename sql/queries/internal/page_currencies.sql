-- name: page_currencies
-- grain: one currency that sessions were billed in
-- purpose: with how many decimals amounts are shown
-- parameters:
--   account   text, the logbook's account
-- columns:
--   currency  ISO 4217 code
--   digits    decimal digits of the currency's minor unit
select
    currency,
    max(minor_unit_decimal) as digits
from staging.sessions
where account = $account and is_finished
group by currency
order by currency
