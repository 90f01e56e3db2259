-- name: intermediate.session_states
-- grain: one session: finished, active, or ended without being a charging session
-- purpose: what the marts of accounts, months and claims and the checks read of staging.sessions
-- refresh: session
-- columns:
--   account              text, the logbook's account
--   session_id           text, the operator's id
--   document_sha256      hex, the document of the figures
--   is_finished          flag: the session has ended, as finished or with energy or an amount
--   is_active            flag: the session has not ended
--   started_at           time; null only where a session has not ended, or ended without charging
--   stopped_at           time; null while active
--   stop_stated_at       time of the newest document that states this stop, unless its answer came more than a day
--                        before the stop; null while active, or if there is none with a time
--   minor_unit_decimal   digits of the currency's minor unit
--   amount               currency units, as sent; null where not stated
--   net_minor            whole minor units without tax; null where not stated
--   prices_include_tax   flag; null where not stated
select
    account,
    session_id,
    document_sha256,
    is_finished,
    is_active,
    started_at,
    stopped_at,
    stop_stated_at,
    minor_unit_decimal,
    amount,
    net_minor,
    prices_include_tax
from staging.sessions
