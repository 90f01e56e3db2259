-- name: intermediate.session_days
-- grain: one local day that a finished session lasted into
-- purpose: a session's part of each day
-- refresh: session
-- columns:
--   account           text, the logbook's account
--   session_id        text, the operator's id
--   month             first day of the local month
--   day               local day
--   energy_kwh        kWh
--   amount_incl_tax   currency units
--   tax_amount        currency units; null where the session's tax is unknown
with shares as (
    select
        account,
        session_id,
        month,
        day,
        max(of_day) filter (where quantity = 'energy') as energy_wh,
        max(of_day) filter (where quantity = 'money') as money_minor
    from intermediate.session_shares
    group by account, session_id, month, day
),

assembled as (
    select
        shares.account,
        shares.session_id,
        shares.month,
        shares.day,
        cast(shares.energy_wh * 0.001 as decimal(18, 3)) as energy_kwh,
        from_minor_units(shares.money_minor, sessions.minor_unit_decimal) as amount_incl_tax,
        from_minor_units(taxes.of_day, sessions.minor_unit_decimal) as tax_amount
    from shares
    inner join staging.sessions as sessions using (account, session_id)
    left join intermediate.session_tax_shares as taxes using (account, session_id, day)
)

select * from assembled
