-- name: facts.operator_hosts
-- grain: one host of the accounts in the settings, as of the last transform
-- purpose: which hosts are of one operator: an account's address, and those that its operator has moved from
-- columns:
--   host      text, with the port unless that is the usual one, as macro host_of gives it
--   operator  text, the first of the operator's hosts
create table facts.operator_hosts (
    host varchar not null,
    operator varchar not null
);
