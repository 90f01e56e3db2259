-- name: intermediate.day_totals
-- grain: one local day of an account, currency and attribution that has sessions
-- purpose: kWh, cost and tax per day, for days and days_split
-- refresh: whole
-- columns:
--   account                  text, the logbook's account
--   day                      local day
--   currency                 ISO 4217 code
--   attribution              text; stop: a session belongs whole to the day it stopped in; split: to each its part
--   sessions                 number of sessions; under split, of those that lasted into the day
--   energy_kwh               kWh
--   amount_incl_tax          currency units
--   tax_amount               currency units; null where the tax of one session is unknown
--   amount_excl_tax          currency units; null where the tax of one session is unknown
--   average_price_incl_tax   currency units per kWh; null without energy
--   max_kw                   kW, of the session with the highest power
with summed as (
    select
        account,
        day,
        currency,
        attribution,
        cast(count(distinct session_id) as integer) as sessions,
        cast(sum(energy_kwh) as decimal(18, 3)) as energy_kwh,
        cast(sum(amount_incl_tax) as decimal(18, 3)) as amount_incl_tax,
        cast(case when count(*) = count(tax_amount) then sum(tax_amount) end as decimal(18, 3)) as tax_amount,
        cast(
            case when count(*) = count(tax_amount) then sum(amount_incl_tax - tax_amount) end as decimal(18, 3)
        ) as amount_excl_tax,
        max(max_kw) as max_kw
    from intermediate.attributed_sessions
    group by account, day, currency, attribution
),

priced as (
    select
        account,
        day,
        currency,
        attribution,
        sessions,
        energy_kwh,
        amount_incl_tax,
        tax_amount,
        amount_excl_tax,
        price_per_kwh(amount_incl_tax, energy_kwh) as average_price_incl_tax,
        max_kw
    from summed
)

select * from priced
