-- name: intermediate.attributed_sessions
-- grain: one local day of a finished session and attribution
-- purpose: the input of days and months: each session whole on the day it stopped, and again divided between its days
-- columns:
--   account           text, the logbook's account
--   session_id        text, the operator's id
--   month             first day of the local month
--   day               local day
--   currency          ISO 4217 code
--   attribution       text, stop or split
--   energy_kwh        kWh
--   amount_incl_tax   currency units
--   tax_amount        currency units; null where the session's tax is unknown
--   max_kw            kW, of the session
with by_stop as (
    select
        sessions.account,
        sessions.session_id,
        local_day(sessions.stopped_at, accounts.timezone) as day,
        sessions.currency,
        'stop' as attribution,
        sessions.energy_kwh,
        sessions.amount_incl_tax,
        sessions.tax_amount,
        sessions.max_kw
    from main.sessions as sessions
    inner join facts.accounts as accounts using (account)
),

by_part as (
    select
        parts.account,
        parts.session_id,
        parts.day,
        sessions.currency,
        'split' as attribution,
        parts.energy_kwh,
        parts.amount_incl_tax,
        parts.tax_amount,
        sessions.max_kw
    from intermediate.session_days as parts
    inner join main.sessions as sessions using (account, session_id)
),

both_attributions as (
    select * from by_stop
    union all
    select * from by_part
)

select
    account,
    session_id,
    first_of_month(day) as month,
    day,
    currency,
    attribution,
    energy_kwh,
    amount_incl_tax,
    tax_amount,
    max_kw
from both_attributions
