-- name: intermediate.month_price_totals
-- grain: one local month of an account, currency and attribution that has sessions
-- purpose: the parts of a month's bill, for month_prices and month_prices_split
-- refresh: whole
-- columns:
--   account                  text, the logbook's account
--   month                    first day of the local month
--   currency                 ISO 4217 code
--   attribution              text; stop: a session belongs whole to the month it stopped in; split: to each its part
--   priced_kwh               kWh whose spot price and markup are known
--   spot_amount_excl_tax     currency units, the priced energy of each charging period times its spot price; null
--                            where there is energy and none of it is priced
--   markup_amount_excl_tax   currency units, that energy times the markup without its tax; null where the tax or spot
--                            amount is
--   tax_amount               currency units; null where the tax of one session is unknown
--   unexplained_amount       currency units, the rest of the bill; null where the tax is
--   amount_incl_tax          currency units, the bill, which the known parts sum to
-- Each is rounded once per session. The rest is what the prices do not explain: a tariff's minimum price and fees,
-- tariffs with one price, sessions without charging periods, and errors of the power history.
with both_attributions as (
    select
        account,
        month,
        currency,
        'stop' as attribution,
        energy_kwh,
        priced_kwh,
        spot_amount,
        markup_amount,
        tax_amount,
        unexplained_amount,
        amount_incl_tax
    from intermediate.session_prices
    union all
    select
        account,
        month,
        currency,
        'split' as attribution,
        energy_kwh,
        priced_kwh,
        spot_amount,
        markup_amount,
        tax_amount,
        unexplained_amount,
        amount_incl_tax
    from intermediate.session_month_prices
)

select
    account,
    month,
    currency,
    attribution,
    cast(sum(priced_kwh) as decimal(18, 3)) as priced_kwh,
    cast(
        case when sum(priced_kwh) <> 0 or sum(energy_kwh) = 0 then sum(spot_amount) end as decimal(18, 3)
    ) as spot_amount_excl_tax,
    cast(
        case
            when count(*) = count(markup_amount) and (sum(priced_kwh) <> 0 or sum(energy_kwh) = 0)
                then sum(markup_amount)
        end as decimal(18, 3)
    ) as markup_amount_excl_tax,
    cast(case when count(*) = count(tax_amount) then sum(tax_amount) end as decimal(18, 3)) as tax_amount,
    cast(
        case when count(*) = count(unexplained_amount) then sum(unexplained_amount) end as decimal(18, 3)
    ) as unexplained_amount,
    cast(sum(amount_incl_tax) as decimal(18, 3)) as amount_incl_tax
from both_attributions
group by account, month, currency, attribution
