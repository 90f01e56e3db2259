-- name: facts.reimbursement_bases
-- grain: one basis of an account in the settings and the days on which it holds
-- purpose: the basis that sessions are reimbursed by
-- columns:
--   account      text, the logbook's account
--   basis        text, billed, rate, electricity_cost or spot
--   rate         currency units per kWh, tax included; for the basis rate only
--   valid_from   first local day
--   valid_to     first local day on which it no longer holds; null while it does
create table facts.reimbursement_bases (
    account varchar not null,
    basis varchar not null,
    rate decimal(18, 6),
    valid_from date not null,
    valid_to date
);
