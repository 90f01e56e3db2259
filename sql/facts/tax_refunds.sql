-- name: facts.tax_refunds
-- grain: one refund of electricity tax in the settings and the days that it holds
-- purpose: what the operator pays back, and nobody else has to
-- columns:
--   account      text, the logbook's account
--   per_kwh      currency units a kWh
--   valid_from   first local day
--   valid_to     first local day on which it no longer holds; null while it does
create table facts.tax_refunds (
    account varchar not null,
    per_kwh decimal(18, 6) not null,
    valid_from date not null,
    valid_to date
);
