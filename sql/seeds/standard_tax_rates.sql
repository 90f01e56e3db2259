-- name: seeds.standard_tax_rates
-- grain: one standard rate of a country's value added tax and the days on which it holds
-- purpose: the tax rate where none of the driver's own charge points states one
-- columns:
--   country      ISO 3166 code
--   tax_name     text, the tax's name in that country
--   tax_rate     fraction
--   valid_from   first local day
--   valid_to     first local day on which it no longer holds; null while it does
--   source       text, the law
create table seeds.standard_tax_rates (
    country varchar not null,
    tax_name varchar not null,
    tax_rate decimal(9, 6) not null,
    valid_from date not null,
    valid_to date,
    source varchar not null
);
