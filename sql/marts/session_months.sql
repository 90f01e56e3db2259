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
--   tax_amount        currency units, in proportion to the amounts; null where the session's tax is unknown
with summed as (
    select
        account,
        session_id,
        month,
        sum(energy_kwh) as energy_kwh,
        sum(amount_incl_tax) as amount_incl_tax,
        case when count(*) = count(tax_amount) then sum(tax_amount) end as tax_amount
    from intermediate.session_days
    group by account, session_id, month
),

assembled as (
    select
        summed.account,
        summed.session_id,
        summed.month,
        sessions.currency,
        cast(summed.energy_kwh as decimal(18, 3)) as energy_kwh,
        cast(summed.amount_incl_tax as decimal(18, 3)) as amount_incl_tax,
        cast(summed.tax_amount as decimal(18, 3)) as tax_amount
    from summed
    inner join sessions using (account, session_id)
)

select * from assembled
