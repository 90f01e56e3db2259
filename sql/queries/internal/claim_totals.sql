-- name: claim_totals
-- grain: one currency and kind of line
-- purpose: the sums of a drafted claim's lines, from the temporary table drafted_lines
-- parameters:
--   currency                ISO 4217 code of the account, which comes first
-- columns:
--   kind                    text, total, sessions or corrections
--   currency                ISO 4217 code
--   lines                   number of lines
--   energy_kwh              kWh
--   amount_incl_tax         currency units
--   tax_amount              currency units; null where unknown
--   average_price_incl_tax  currency units per kWh; null without energy
select
    kinds.kind,
    lines.currency,
    cast(count(*) as integer) as lines,
    cast(sum(lines.energy_kwh) as decimal(18, 3)) as energy_kwh,
    cast(sum(lines.amount_incl_tax) as decimal(18, 3)) as amount_incl_tax,
    cast(case when count(*) = count(lines.tax_amount) then sum(lines.tax_amount) end as decimal(18, 3))
        as tax_amount,
    price_per_kwh(
        cast(sum(lines.amount_incl_tax) as decimal(18, 3)), cast(sum(lines.energy_kwh) as decimal(18, 3))
    ) as average_price_incl_tax
from drafted_lines as lines
inner join (values ('total'), ('sessions'), ('corrections')) as kinds (kind)
    on kinds.kind = 'total' or (kinds.kind = 'corrections') = lines.is_correction
group by kinds.kind, lines.currency
order by lines.currency <> $currency, lines.currency
