-- name: facts.tax_refunds
-- grain: one refund of electricity tax in the settings and the days on which it holds
-- purpose: the electricity tax that the operator refunds, which is subtracted from every reimbursement
-- columns:
--   account      text, the logbook's account
--   per_kwh      currency units per kWh
--   valid_from   first local day
--   valid_to     first local day on which it no longer holds; null while it does
create table facts.tax_refunds (
    account varchar not null,
    per_kwh decimal(18, 6) not null,
    valid_from date not null,
    valid_to date
);
