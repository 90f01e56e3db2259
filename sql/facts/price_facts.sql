-- name: facts.price_facts
-- grain: one price of one EVSE's tariff as one document lists it
-- purpose: the announced prices, which the operator shows for today and tomorrow only
-- columns:
--   account           text, the logbook's account
--   document_sha256   hex, the document
--   evse_id           text, the operator's id of the EVSE
--   minutes           minutes for which a price holds
--   starts_at         local time of the account, without a zone, as sent
--   price_per_kwh     currency units per kWh
create table facts.price_facts (
    account varchar not null,
    document_sha256 varchar not null,
    evse_id varchar not null,
    minutes integer not null,
    starts_at timestamp not null,
    price_per_kwh decimal(38, 18) not null
);
