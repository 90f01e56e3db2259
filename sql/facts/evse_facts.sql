-- name: facts.evse_facts
-- grain: one EVSE of a charge point as one document lists it
-- purpose: names, tax and limits of the driver's own charge points
-- columns:
--   account                text, the logbook's account
--   document_sha256        hex, the document
--   charge_point_id        text, the operator's id of the charge point
--   charge_point           text, its name
--   evse_id                text, the operator's id of the EVSE
--   evse_identifier        text, the EVSE's name in sessions
--   tax_name               text, for example Moms
--   tariff_id              text, the operator's id of the tariff in force
--   tariff                 JSON, the tariff as sent
--   tax_percent            per cent
--   max_power_w            W
--   refunds_electricity_tax  flag; null where not stated
create table facts.evse_facts (
    account varchar not null,
    document_sha256 varchar not null,
    charge_point_id varchar not null,
    charge_point varchar,
    evse_id varchar not null,
    evse_identifier varchar,
    tax_name varchar,
    tariff_id varchar,
    tariff varchar,
    tax_percent decimal(38, 18),
    max_power_w decimal(38, 18),
    refunds_electricity_tax boolean
);
