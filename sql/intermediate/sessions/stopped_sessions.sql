-- name: intermediate.stopped_sessions
-- grain: one finished session
-- purpose: the input of the checks: a session's figures, the month of its stop, and its account's and EVSE's data
-- refresh: whole
-- columns:
--   account              text, the logbook's account
--   session_id           text, the operator's id
--   month                first day of the local month in which it stopped
--   timezone             IANA name, the account's
--   home_currency        ISO 4217 code, the account's
--   evse                 text, the EVSE's identifier
--   max_power_w          W, the EVSE's when the session stopped; null where unknown
--   minimum_price        currency units, the EVSE's tariff when the session stopped; null where unknown
--   started_at           time
--   stopped_at           time
--   duration_s           seconds
--   idle_s               seconds connected without charging; null where not stated
--   energy_kwh           kWh
--   currency             ISO 4217 code
--   minor_unit_decimal   digits of the currency's minor unit
--   amount_incl_tax      currency units
--   tax_rate             fraction; null where unknown
--   tax_amount           currency units; null where unknown
--   prices_include_tax   flag; null where not stated
--   total_amount         currency units, as sent
--   amount               currency units, as sent
--   power_samples        number of power samples at different times
--   payment_status       text; null where not stated
with with_zone as (
    select
        sessions.account,
        sessions.session_id,
        first_of_month(local_day(sessions.stopped_at, accounts.timezone)) as month,
        accounts.timezone,
        accounts.currency as home_currency,
        sessions.evse,
        limits.max_power_w,
        limits.minimum_price,
        sessions.started_at,
        sessions.stopped_at,
        sessions.duration_s,
        sessions.idle_s,
        sessions.energy_kwh,
        sessions.currency,
        states.minor_unit_decimal,
        sessions.amount_incl_tax,
        sessions.tax_rate,
        sessions.tax_amount,
        states.prices_include_tax,
        facts.total_amount,
        states.amount,
        sessions.power_samples,
        sessions.payment_status
    from main.sessions as sessions
    inner join facts.accounts as accounts using (account)
    inner join intermediate.session_states as states using (account, session_id)
    inner join facts.session_facts as facts
        on sessions.account = facts.account and sessions.document_sha256 = facts.document_sha256
    left join intermediate.evse_limits as limits
        on
            sessions.account = limits.account
            and sessions.evse = limits.evse_identifier
            and (limits.valid_from is null or sessions.stopped_at >= limits.valid_from)
            and (limits.valid_to is null or sessions.stopped_at < limits.valid_to)
)

select * from with_zone
