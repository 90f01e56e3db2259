-- name: seeds.electricity_taxes
-- grain: one rate of a country's electricity tax and the days on which it holds
-- purpose: the electricity tax, which is part of every price that is computed from the spot price
-- columns:
--   country      ISO 3166 code
--   currency     ISO 4217 code
--   per_kwh      currency units per kWh, ex. value added tax
--   valid_from   first local day
--   valid_to     first local day on which it no longer holds or is unknown
--   source       text, the law
create table seeds.electricity_taxes (
    country varchar not null,
    currency varchar not null,
    per_kwh decimal(18, 6) not null,
    valid_from date not null,
    valid_to date not null,
    source varchar not null
);
