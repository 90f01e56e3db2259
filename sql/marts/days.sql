-- name: days
-- grain: one local day of an account, currency and attribution that has sessions
-- purpose: kWh, cost and tax a day
-- key: account, day, currency, attribution
-- columns:
--   account                  text, the logbook's account
--   day                      local day
--   currency                 ISO 4217 code
--   attribution              text; stop: a session belongs whole to the day it stopped in
--   sessions                 number of sessions
--   energy_kwh               kWh
--   amount_incl_tax          currency units
--   tax_amount               currency units; null where that of one session is not known
--   amount_excl_tax          currency units; null where that of one session is not known
--   average_price_incl_tax   currency units a kWh; null without energy
--   max_kw                   kW, of the session that reached most
with by_stop as (
    select
        sessions.*,
        local_day(sessions.stopped_at, accounts.timezone) as day
    from sessions
    inner join facts.accounts as accounts on sessions.account = accounts.account
),

summed as (
    select
        account,
        day,
        currency,
        'stop' as attribution,
        cast(count(*) as integer) as sessions,
        cast(sum(energy_kwh) as decimal(18, 3)) as energy_kwh,
        cast(sum(amount_incl_tax) as decimal(18, 3)) as amount_incl_tax,
        cast(case when count(*) = count(tax_amount) then sum(tax_amount) end as decimal(18, 3)) as tax_amount,
        cast(case when count(*) = count(tax_amount) then sum(amount_excl_tax) end as decimal(18, 3)) as amount_excl_tax,
        max(max_kw) as max_kw
    from by_stop
    group by account, day, currency
),

priced as (
    select
        account,
        day,
        currency,
        attribution,
        sessions,
        energy_kwh,
        amount_incl_tax,
        tax_amount,
        amount_excl_tax,
        price_of_a_kwh(amount_incl_tax, energy_kwh) as average_price_incl_tax,
        max_kw
    from summed
)

select * from priced
