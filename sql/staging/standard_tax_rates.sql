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
with rates as (
    select listed.* from (
        values
        ('DK', 'Moms', 0.25, date '1992-01-01', null)
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
