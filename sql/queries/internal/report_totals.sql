-- name: report_totals
-- grain: one currency
-- purpose: the sums of a report's months
-- parameters:
--   account                 text, the logbook's account
--   currency                ISO 4217 code of the account, which comes first
--   first                   first day of the first month
--   last                    first day of the last month
-- columns:
--   currency                ISO 4217 code
--   sessions                number of sessions
--   energy_kwh              kWh
--   amount_incl_tax         currency units
--   tax_amount              currency units; null where unknown
--   amount_excl_tax         currency units; null where unknown
--   average_price_incl_tax  currency units per kWh; null without energy
--   max_kw                  kW, of the session with the highest power
with summed as (
    select
        currency,
        cast(sum(sessions) as integer) as sessions,
        cast(sum(energy_kwh) as decimal(18, 3)) as energy_kwh,
        cast(sum(amount_incl_tax) as decimal(18, 3)) as amount_incl_tax,
        cast(case when count(*) = count(tax_amount) then sum(tax_amount) end as decimal(18, 3)) as tax_amount,
        cast(
            case when count(*) = count(amount_excl_tax) then sum(amount_excl_tax) end as decimal(18, 3)
        ) as amount_excl_tax,
        max(max_kw) as max_kw
    from months
    where account = $account and month between $first and $last
    group by currency
)

select
    currency,
    sessions,
    energy_kwh,
    amount_incl_tax,
    tax_amount,
    amount_excl_tax,
    price_per_kwh(amount_incl_tax, energy_kwh) as average_price_incl_tax,
    max_kw
from summed
order by currency <> $currency, currency
