-- name: page_years
-- grain: one year with sessions in the account's currency
-- purpose: the sums of the months that the page shows together
-- parameters:
--   account                  text, the logbook's account
-- columns:
--   year                     whole number
--   sessions                 number of sessions that stopped in the year
--   foreign_sessions         number of sessions in other currencies that stopped in the year, which no sum has
--   energy_kwh               kWh
--   assumed_kwh              kWh of these whose hour is not measured: of sessions without a power history
--   amount_incl_tax          currency units
--   tax_amount               currency units; null where unknown
--   average_price_incl_tax   currency units per kWh; null without energy
--   unpriced_kwh             kWh whose spot price is unknown
--   spot_amount_excl_tax     currency units, of known spot prices; null where none is known
--   markup_amount_excl_tax   currency units, of known markups; null where none is known or the tax is unknown
--   unexplained_amount       currency units, the rest of the bills; null where the tax is unknown
with summed as (
    select
        cast(extract(year from prices.month) as integer) as year,
        cast(sum(months.sessions) as integer) as sessions,
        cast(sum(months.energy_kwh) as decimal(18, 3)) as energy_kwh,
        cast(sum(prices.amount_incl_tax) as decimal(18, 3)) as amount_incl_tax,
        cast(
            case when count(*) = count(prices.tax_amount) then sum(prices.tax_amount) end as decimal(18, 3)
        ) as tax_amount,
        cast(sum(months.energy_kwh - prices.priced_kwh) as decimal(18, 3)) as unpriced_kwh,
        cast(sum(prices.spot_amount_excl_tax) as decimal(18, 3)) as spot_amount_excl_tax,
        cast(
            case when count(*) = count(prices.unexplained_amount) then sum(prices.markup_amount_excl_tax) end
            as decimal(18, 3)
        ) as markup_amount_excl_tax,
        cast(
            case when count(*) = count(prices.unexplained_amount) then sum(prices.unexplained_amount) end
            as decimal(18, 3)
        ) as unexplained_amount
    from month_prices as prices
    inner join months using (account, month, currency)
    inner join facts.accounts using (account, currency)
    where account = $account
    group by extract(year from prices.month)
),

foreign_years as (
    select
        cast(extract(year from months.month) as integer) as year,
        cast(sum(months.sessions) as integer) as foreign_sessions
    from months
    inner join facts.accounts as accounts using (account)
    where account = $account and months.currency <> accounts.currency
    group by extract(year from months.month)
),

assumed_years as (
    select
        cast(extract(year from sessions.stopped_local) as integer) as year,
        cast(sum(hours.energy_kwh) as decimal(18, 3)) as assumed_kwh
    from session_hours as hours
    inner join sessions using (account, session_id)
    inner join facts.accounts as accounts
        on hours.account = accounts.account and hours.currency = accounts.currency
    where hours.account = $account and hours.placed_by <> 'power history'
    group by extract(year from sessions.stopped_local)
)

select
    summed.year,
    summed.sessions,
    coalesce(foreign_years.foreign_sessions, 0) as foreign_sessions,
    summed.energy_kwh,
    coalesce(assumed_years.assumed_kwh, 0) as assumed_kwh,
    summed.amount_incl_tax,
    summed.tax_amount,
    price_per_kwh(summed.amount_incl_tax, summed.energy_kwh) as average_price_incl_tax,
    summed.unpriced_kwh,
    summed.spot_amount_excl_tax,
    summed.markup_amount_excl_tax,
    summed.unexplained_amount
from summed
left join foreign_years using (year)
left join assumed_years using (year)
order by summed.year desc
