-- name: month_list
-- grain: one local month of an account and currency that has sessions
-- purpose: the months that `ladebog months` prints
-- parameters:
--   accounts                list of the logbook's accounts
-- columns:
--   account                 text, the logbook's account
--   month                   first day of the local month
--   sessions                number of sessions that stopped in the month
--   energy_kwh              kWh
--   amount_incl_tax         currency units
--   tax_amount              currency units; null where the tax of one session is unknown
--   currency                ISO 4217 code
--   average_price_incl_tax  currency units per kWh, to four decimals; null without energy
--   state                   text: the claims of the month, not claimed, or not closed
with claimed as (
    select
        account,
        month,
        list_text(sorted_set(number)) as numbers
    from staging.claimed_months
    group by account, month
)

select
    months.account,
    months.month,
    months.sessions,
    months.energy_kwh,
    months.amount_incl_tax,
    months.tax_amount,
    months.currency,
    cast(months.average_price_incl_tax as decimal(18, 4)) as average_price_incl_tax,
    case
        when claimed.numbers is not null then 'claim ' || claimed.numbers
        when states.is_closed then 'not claimed'
        else 'not closed'
    end as state
from months
left join month_states as states using (account, month)
left join claimed using (account, month)
where is_in_list($accounts, months.account)
order by months.month, months.account, months.currency
