-- name: explained_months
-- grain: one local month and attribution that the session belongs to
-- purpose: the month figures that a session is part of, and its part of each
-- parameters:
--   account                 text, the logbook's account
--   session_id              text, the operator's id
--   timezone                IANA name of the account's time zone
-- columns:
--   account                 text, the logbook's account
--   month                   first day of the local month
--   currency                ISO 4217 code
--   attribution             text; stop: a session belongs whole to the month it stopped in; split: to each its part
--   sessions                number of sessions
--   energy_kwh              kWh
--   amount_incl_tax         currency units
--   tax_amount              currency units; null where unknown
--   amount_excl_tax         currency units; null where unknown
--   average_price_incl_tax  currency units per kWh; null without energy
--   max_kw                  kW, of the session with the highest power
--   part_energy_kwh         kWh, the session's part
--   part_amount_incl_tax    currency units, the session's part
--   part_tax_amount         currency units, the session's part; null where unknown
-- A session within one month has a row under `stop` only: `split` would give the same part.
with parts as (
    select
        'stop' as attribution,
        first_of_month(local_day(stopped_at, $timezone)) as month,
        currency,
        energy_kwh,
        amount_incl_tax,
        tax_amount
    from sessions
    where account = $account and session_id = $session_id
    union all
    select
        'split' as attribution,
        month,
        currency,
        energy_kwh,
        amount_incl_tax,
        tax_amount
    from session_months
    where account = $account and session_id = $session_id
),

counted as (
    select count(*) as parts from parts
)

select
    months.*,
    parts.energy_kwh as part_energy_kwh,
    parts.amount_incl_tax as part_amount_incl_tax,
    parts.tax_amount as part_tax_amount
from intermediate.month_totals as months
inner join parts using (attribution, month, currency)
cross join counted
where
    months.account = $account
    and (months.attribution = 'stop' or counted.parts > 2)
order by months.attribution = 'split', months.month
