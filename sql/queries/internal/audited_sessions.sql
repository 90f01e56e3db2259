-- name: audited_sessions
-- grain: one audited session
-- purpose: the recomputed bills that `ladebog audit` prints
-- parameters:
--   account             text, the logbook's account
--   month               first day of the local month in which the sessions stopped; null: all
--   timezone            IANA name of the account's time zone
-- columns:
--   account             text, the logbook's account
--   session_id          text, the operator's id
--   currency            ISO 4217 code
--   billed              currency units
--   recomputed          currency units, rounded once; null where a part of it is unknown
--   difference          currency units, billed − recomputed: above zero where too much was billed
--   difference_percent  per cent of the recomputed; null where the recomputed bill is zero
--   verdict             text: ok, minimum price, overbilled, underbilled or cannot tell
--   reason              text, why there is no verdict, or what to know about a difference; else null
--   energy_amount       currency units, the meter's energy at its prices
--   price_per_session   currency units, of a tariff with a price for the whole session
--   duration_fee        currency units, of all periods of time begun
--   connection_fee      currency units
--   idle_fee            currency units, of all idle time
--   free_energy_amount  currency units, what the free energy would have cost
--   minimum_price       currency units, where the tariff has one and energy flowed
--   tariff_sha256       hex, the document of the tariff in force; null where unknown
--   stopped             local wall time
--   energy_kwh          kWh
--   digits              decimal digits of the currency's minor unit
select
    bill_audit.*,
    local_time(sessions.stopped_at, $timezone) as stopped,
    sessions.energy_kwh,
    staged.minor_unit_decimal as digits
from bill_audit
inner join sessions using (account, session_id)
inner join staging.sessions as staged using (account, session_id)
where
    account = $account
    and coalesce(first_of_month(local_day(sessions.stopped_at, $timezone)) = $month, true)
order by sessions.stopped_at, session_id
