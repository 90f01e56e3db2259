-- name: facts.tax_rates
-- grain: one rate of value added tax in the settings
-- purpose: rates that replace those of the seeds
-- columns:
--   country      ISO 3166 code
--   tax_name     text, the tax's name in that country
--   tax_rate     fraction
--   valid_from   first local day
--   valid_to     first local day on which it no longer holds; null while it does
create table facts.tax_rates (
    country varchar not null,
    tax_name varchar not null,
    tax_rate decimal(9, 6) not null,
    valid_from date not null,
    valid_to date
);
