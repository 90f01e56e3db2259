-- name: facts.session_facts
-- grain: one document about one session: a detail answer or an item of a listing
-- purpose: the session's figures, as that document states them
-- columns:
--   account                  text, the logbook's account
--   document_sha256          hex, the document
--   source                   text, detail or listing
--   session_id               text, the operator's id
--   type                     text, private, public, or another that the operator sends; listing only
--   status                   text, active, finished or another status that the operator sends
--   payment_status           text
--   charging_state           text
--   stop_reason              text
--   evse_identifier          text, the EVSE's identifier, not its id
--   address                  text, listing only; of a private session its charge point's name
--   note                     text, the driver's own, listing only
--   receipt_url              text, listing only
--   currency                 ISO 4217 code; null only where a session is active or ended without charging
--   minor_unit_decimal       digits of the currency's minor unit; null without a currency
--   tax_name                 text, for example Moms; detail only
--   started_at               time; null only where a session has not ended, or ended without charging
--   stopped_at               time; null while active
--   duration_s               seconds
--   idle_s                   seconds
--   energy_wh                Wh, metered and billed; null only where a session is active or ended without charging
--   non_billable_energy_wh   Wh
--   free_energy_wh           Wh
--   average_kw               kW
--   max_kw                   kW
--   amount                   currency units, as sent
--   total_amount             currency units, as sent
--   amount_without_tax       currency units, as sent
--   electricity_cost         currency units, the owner's own cost where the operator tracks it in this currency
--   prices_include_tax       flag; null where not stated
--   is_personal              flag; null where not stated
create table facts.session_facts (
    account varchar not null,
    document_sha256 varchar not null,
    source varchar not null,
    session_id varchar not null,
    type varchar,
    status varchar not null,
    payment_status varchar,
    charging_state varchar,
    stop_reason varchar,
    evse_identifier varchar,
    address varchar,
    note varchar,
    receipt_url varchar,
    currency varchar,
    minor_unit_decimal integer,
    tax_name varchar,
    started_at timestamptz,
    stopped_at timestamptz,
    duration_s bigint,
    idle_s bigint,
    energy_wh bigint,
    non_billable_energy_wh bigint,
    free_energy_wh bigint,
    average_kw decimal(38, 18),
    max_kw decimal(38, 18),
    amount decimal(38, 18),
    total_amount decimal(38, 18),
    amount_without_tax decimal(38, 18),
    electricity_cost decimal(38, 18),
    prices_include_tax boolean,
    is_personal boolean
);
