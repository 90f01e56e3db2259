-- name: month_against_year_before
-- grain: one local month of an account and currency in which, or a year before which, sessions stopped
-- purpose: each month's kWh, cost and price against the same month of the year before
-- parameters:
--   account                text, default null: only this account of the logbook
--   year                   integer, default null: only months of this year
-- columns:
--   account                text, the logbook's account
--   month                  first day of the local month
--   currency               ISO 4217 code
--   is_closed              flag: the archive has all of the month
--   energy_kwh             kWh; null without sessions in the month
--   energy_percent         per cent of change in energy; null where one is null or the earlier one is not above zero
--   amount_incl_tax        currency units; null without sessions in the month
--   amount_percent         per cent of change in cost; null where one is null or the earlier one is not above zero
--   price_incl_tax         currency units per kWh; null without energy
--   price_percent          per cent of change in price; null where one is null or the earlier one is not above zero
--   energy_kwh_before      kWh of the year before; null without sessions in that month
--   amount_before          currency units of the year before; null without sessions in that month
--   price_before           currency units per kWh of the year before; null without energy
-- A session belongs whole to the month it stopped in. No month comes after the account's newest one with sessions.
with newest as (
    select
        account,
        max(month) as month
    from months
    group by account
),

compared_months as (
    select
        account,
        month,
        currency
    from months
    union
    select
        months.account,
        cast(months.month + interval 1 year as date) as month,
        months.currency
    from months
    inner join newest using (account)
    where cast(months.month + interval 1 year as date) <= newest.month
),

paired as (
    select
        compared_months.account,
        compared_months.month,
        compared_months.currency,
        coalesce(states.is_closed, false) as is_closed,
        months.energy_kwh,
        earlier.energy_kwh as energy_kwh_before,
        months.amount_incl_tax,
        earlier.amount_incl_tax as amount_before,
        months.average_price_incl_tax as price_incl_tax,
        earlier.average_price_incl_tax as price_before
    from compared_months
    left join months using (account, month, currency)
    left join months as earlier
        on
            compared_months.account = earlier.account
            and compared_months.month = cast(earlier.month + interval 1 year as date)
            and compared_months.currency = earlier.currency
    left join month_states as states
        on compared_months.account = states.account and compared_months.month = states.month
)

select
    account,
    month,
    currency,
    is_closed,
    energy_kwh,
    percent_of(energy_kwh - energy_kwh_before, energy_kwh_before) as energy_percent,
    amount_incl_tax,
    percent_of(amount_incl_tax - amount_before, amount_before) as amount_percent,
    price_incl_tax,
    percent_of(price_incl_tax - price_before, price_before) as price_percent,
    energy_kwh_before,
    amount_before,
    price_before
from paired
where
    coalesce(account = $account, true)
    and coalesce(year(month) = $year, true)
order by account, currency, month
