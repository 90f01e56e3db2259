-- name: claim_days
-- grain: one local day and currency
-- purpose: the sums of a drafted claim's own sessions per day, from the temporary table drafted_lines
-- parameters:
--   currency         ISO 4217 code of the account, which comes first
--   month            first day of the claim's month
--   timezone         IANA name of the account's time zone
-- columns:
--   day              local day
--   currency         ISO 4217 code
--   sessions         number of sessions
--   energy_kwh       kWh
--   amount_incl_tax  currency units
-- A session that stopped after the month counts on the month's last day.
select
    least(local_day(stopped_at, $timezone), last_day($month)) as day,
    currency,
    cast(count(*) as integer) as sessions,
    cast(sum(energy_kwh) as decimal(18, 3)) as energy_kwh,
    cast(sum(amount_incl_tax) as decimal(18, 3)) as amount_incl_tax
from drafted_lines
where not is_correction
group by day, currency
order by day, currency <> $currency, currency
