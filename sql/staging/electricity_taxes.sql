-- name: staging.electricity_taxes
-- grain: one rate of a country's electricity tax and the days that it holds
-- purpose: the electricity tax that a price made of the spot price has to hold
-- columns:
--   country      ISO 3166 code
--   currency     ISO 4217 code
--   per_kwh      currency units a kWh, ex. value added tax
--   valid_from   first local day
--   valid_to     first local day on which it no longer holds, or is not yet known
-- Denmark: elafgiftsloven § 6, the general rate. For the first half of 2023 it was cut to the EU's minimum, and so it
-- is for 2026 and 2027.
with taxes as (
    select listed.* from (
        values
        ('DK', 'DKK', 0.008, date '2023-01-01', date '2023-07-01'),
        ('DK', 'DKK', 0.697, date '2023-07-01', date '2024-01-01'),
        ('DK', 'DKK', 0.761, date '2024-01-01', date '2025-01-01'),
        ('DK', 'DKK', 0.720, date '2025-01-01', date '2026-01-01'),
        ('DK', 'DKK', 0.008, date '2026-01-01', date '2028-01-01')
    ) as listed (country, currency, per_kwh, valid_from, valid_to)
),

typed as (
    select
        country,
        currency,
        cast(per_kwh as decimal(18, 6)) as per_kwh,
        valid_from,
        valid_to
    from taxes
)

select * from typed
