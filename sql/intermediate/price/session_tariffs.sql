-- name: intermediate.session_tariffs
-- grain: one finished session at an EVSE whose tariff is known
-- purpose: the tariff in force when it stopped
-- columns:
--   account               text, the logbook's account
--   session_id            text, the operator's id
--   tariff_sha256         hex, the document that first stated the tariff
--   tariff_fetched_at     time of that document; null for an imported answer without a time
--   currency              ISO 4217 code; null where not stated
--   minimum_price         currency units, of a session that delivered energy; null where there is none
--   connection_fee        currency units per session; null where there is none
--   idle_fee_per_minute   currency units; null where there is none
--   price_per_kwh         currency units, tax included, if it is the same at all times; else null
--   price_per_session     currency units, of a session that delivered energy; null where there is none
--   price_per_period      currency units per begun period of the session's time; null where there is none
--   price_period_minutes  minutes of such a period; null where there is none
--   not_understood        text, the parts of the tariff that Ladebog does not know; null if all are known
-- As with the tax rate, this is the tariff that was newest when the session stopped, else the earliest later one, else
-- one without a time.
with preferred as (
    select
        sessions.account,
        sessions.session_id,
        tariffs.document_sha256 as tariff_sha256,
        tariffs.fetched_at as tariff_fetched_at,
        tariffs.currency,
        tariffs.minimum_price,
        tariffs.connection_fee,
        tariffs.idle_fee_per_minute,
        tariffs.price_per_kwh,
        tariffs.price_per_session,
        tariffs.price_per_period,
        tariffs.price_period_minutes,
        tariffs.not_understood,
        row_number() over (
            partition by sessions.account, sessions.session_id
            order by document_preference(tariffs.fetched_at, tariffs.place, sessions.stopped_at)
        ) as preference
    from staging.sessions as sessions
    inner join staging.tariffs as tariffs using (account, evse_identifier)
    where sessions.is_finished
),

in_force as (
    select
        account,
        session_id,
        tariff_sha256,
        tariff_fetched_at,
        currency,
        minimum_price,
        connection_fee,
        idle_fee_per_minute,
        price_per_kwh,
        price_per_session,
        price_per_period,
        price_period_minutes,
        not_understood
    from preferred
    where preference = 1
)

select * from in_force
