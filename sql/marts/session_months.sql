-- name: session_months
-- grain: one local month of a finished session
-- purpose: a session's part in each month that it lasted into
-- key: account, session_id, month
-- refresh: session
-- columns:
--   account           text, the logbook's account
--   session_id        text, the operator's id
--   month             first day of the local month
--   currency          ISO 4217 code
--   energy_kwh        kWh; the months of a session sum to its meter
--   amount_incl_tax   currency units; the months of a session sum to its bill
--   tax_amount        currency units, in proportion to the amounts; null where the session's tax is not known
with shares as (
    select
        account,
        session_id,
        month,
        max(of_month) filter (where quantity = 'energy') as energy_wh,
        max(of_month) filter (where quantity = 'money') as money_minor
    from staging.session_shares
    group by account, session_id, month
),

taxes as (
    select distinct
        account,
        session_id,
        month,
        of_month as tax_minor
    from staging.session_tax_shares
),

assembled as (
    select
        shares.account,
        shares.session_id,
        shares.month,
        sessions.currency,
        cast(shares.energy_wh * 0.001 as decimal(18, 3)) as energy_kwh,
        from_minor_units(shares.money_minor, sessions.minor_unit_decimal) as amount_incl_tax,
        from_minor_units(taxes.tax_minor, sessions.minor_unit_decimal) as tax_amount
    from shares
    inner join staging.sessions as sessions
        on shares.account = sessions.account and shares.session_id = sessions.session_id
    left join taxes
        on
            shares.account = taxes.account
            and shares.session_id = taxes.session_id
            and shares.month = taxes.month
)

select * from assembled
