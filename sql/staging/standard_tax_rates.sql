-- name: staging.standard_tax_rates
-- grain: one standard rate of a country's value added tax and the days that it holds
-- purpose: the rate where no charge point of the driver's own states one
-- columns:
--   country      ISO 3166 code
--   tax_name     text, what the country calls it
--   tax_rate     fraction
--   valid_from   first local day
--   valid_to     first local day on which it no longer holds; null while it does
-- Denmark: momsloven § 33, 25 per cent since 1 January 1992.
-- Norway: Stortingets vedtak om merverdiavgift § 2, 25 per cent since 1 January 2005.
-- Sweden: mervärdesskattelagen (2023:200) 9 kap. 2 §, 25 per cent since 1 July 1990.
-- Finland: arvonlisäverolaki 84 §, 24 per cent from 1 January 2013, 25.5 since 1 September 2024.
-- Germany: UStG § 12 (1), 19 per cent since 1 January 2007; § 28 (1), 16 per cent from 1 July to 31 December 2020.
-- Netherlands: Wet op de omzetbelasting 1968 art. 9, 21 per cent since 1 October 2012.
with rates as (
    select listed.* from (
        values
        ('DK', 'Moms', 0.25, date '1992-01-01', null),
        ('NO', 'MVA', 0.25, date '2005-01-01', null),
        ('SE', 'Moms', 0.25, date '1990-07-01', null),
        ('FI', 'ALV', 0.24, date '2013-01-01', date '2024-09-01'),
        ('FI', 'ALV', 0.255, date '2024-09-01', null),
        ('DE', 'MwSt.', 0.19, date '2007-01-01', date '2020-07-01'),
        ('DE', 'MwSt.', 0.16, date '2020-07-01', date '2021-01-01'),
        ('DE', 'MwSt.', 0.19, date '2021-01-01', null),
        ('NL', 'BTW', 0.21, date '2012-10-01', null)
    ) as listed (country, tax_name, tax_rate, valid_from, valid_to)
),

typed as (
    select
        country,
        tax_name,
        cast(tax_rate as decimal(9, 6)) as tax_rate,
        valid_from,
        cast(valid_to as date) as valid_to
    from rates
)

select * from typed
