-- name: page_head
-- grain: one account of which something is archived
-- purpose: what the page says first: the newest closed month beside the same month a year before
-- parameters:
--   account                  text, the logbook's account
-- columns:
--   currency                 ISO 4217 code, the account's
--   timezone                 IANA name, the account's
--   tax_name                 text, for example Moms; null if its sessions in the currency have several names or none
--   month                    first day of the newest closed month; null if there is none
--   sessions                 number of the month's sessions in the account's currency
--   energy_kwh               kWh, of these
--   amount_incl_tax          currency units
--   tax_amount               currency units; null where unknown
--   average_price_incl_tax   currency units per kWh; null without energy
--   energy_year_before       kWh, of the same month a year before; null without sessions
--   amount_year_before       currency units, of that month
--   tax_year_before          currency units, of that month; null where unknown
--   price_year_before        currency units per kWh, of the same month a year before; null without energy
--   price_change_percent     per cent of the price a year before, rounded to one decimal
--   last_outcome             text, how the newest run ended: complete, failed or interrupted
--   last_error               text, in English, why the newest run failed; null if it did not
--   details_missing          number of sessions whose detail is missing or older than the listing
--   quarantined              number of keys whose newest document cannot be read
--   errors                   number of findings of severity error
--   warnings                 number of findings of severity warning
with tax_names as (
    select
        sessions.account,
        max(sessions.tax_name) as tax_name
    from sessions
    inner join facts.accounts using (account, currency)
    where account = $account
    group by sessions.account
    having count(distinct sessions.tax_name) = 1
)

select
    accounts.currency,
    accounts.timezone,
    tax_names.tax_name,
    states.last_closed_month as month,
    coalesce(months.sessions, 0) as sessions,
    coalesce(months.energy_kwh, 0) as energy_kwh,
    case when months.month is null then 0 else months.amount_incl_tax end as amount_incl_tax,
    case when months.month is null then 0 else months.tax_amount end as tax_amount,
    months.average_price_incl_tax,
    before.energy_kwh as energy_year_before,
    before.amount_incl_tax as amount_year_before,
    before.tax_amount as tax_year_before,
    before.average_price_incl_tax as price_year_before,
    cast(
        rounded_quotient(
            cast(sign(before.average_price_incl_tax) as decimal(38, 0)) * 1000
            * to_micro_units(months.average_price_incl_tax - before.average_price_incl_tax),
            nullif(abs(to_micro_units(before.average_price_incl_tax)), 0)
        ) * 0.1 as decimal(18, 1)
    ) as price_change_percent,
    states.last_outcome,
    states.last_error,
    states.details_missing,
    states.quarantined,
    states.errors,
    states.warnings
from facts.accounts as accounts
inner join account_states as states using (account)
left join months
    on
        accounts.account = months.account
        and states.last_closed_month = months.month
        and accounts.currency = months.currency
left join months as before
    on
        accounts.account = before.account
        and cast(states.last_closed_month - interval 1 year as date) = before.month
        and accounts.currency = before.currency
left join tax_names
    on accounts.account = tax_names.account
where accounts.account = $account
