-- name: intermediate.session_prices
-- grain: one finished session
-- purpose: the parts of its bill: spot price, markup and tax, each rounded once, and what these do not explain
-- refresh: session
-- columns:
--   account             text, the logbook's account
--   session_id          text, the operator's id
--   month               first day of the local month in which it stopped
--   currency            ISO 4217 code
--   energy_kwh          kWh
--   priced_kwh          kWh, of the charging periods whose spot price and markup are known
--   spot_amount         currency units, ex. tax, of those
--   markup_amount       currency units, ex. tax, of those; null where the tax rate is unknown
--   tax_amount          currency units; null where unknown
--   unexplained_amount  currency units; null where one of the others is unknown
--   amount_incl_tax     currency units
-- A spot or markup amount that reaches a thousand million currency units counts as 0, as a fault of the operator.
with whole_periods as (
    select
        account,
        session_id,
        cast(energy_kwh as decimal(38, 3)) * 1000 as energy_wh,
        to_nano_units(spot_price_excl_tax) as spot_nano,
        to_nano_units(markup_incl_tax) as markup_nano
    from main.charging_periods
    where spot_price_excl_tax is not null and markup_incl_tax is not null
),

of_periods as (
    select
        account,
        session_id,
        sum(energy_wh) as priced_wh,
        sum(exact_product(energy_wh, spot_nano)) as spot_scaled,
        sum(exact_product(energy_wh, markup_nano)) as markup_scaled
    from whole_periods
    group by account, session_id
),

with_figures as (
    select
        sessions.account,
        sessions.session_id,
        first_of_month(local_day(sessions.stopped_at, accounts.timezone)) as month,
        sessions.currency,
        figures.minor_unit_decimal,
        sessions.energy_kwh,
        cast(coalesce(of_periods.priced_wh, 0) * 0.001 as decimal(18, 3)) as priced_kwh,
        sessions.amount_incl_tax,
        sessions.tax_amount,
        to_micro_units(terms.tax_rate) as tax_rate_micro,
        case when abs(of_periods.spot_scaled) < 1e21 then of_periods.spot_scaled else 0 end as spot_scaled,
        case when abs(of_periods.markup_scaled) < 1e21 then of_periods.markup_scaled else 0 end as markup_scaled,
        nano_units_in_minor_unit(figures.minor_unit_decimal) * cast(1000 as decimal(38, 0)) as scale
    from main.sessions as sessions
    inner join facts.accounts as accounts using (account)
    inner join staging.sessions as figures using (account, session_id)
    inner join intermediate.reimbursement_terms as terms using (account, session_id)
    left join of_periods using (account, session_id)
),

rounded as (
    select
        account,
        session_id,
        month,
        currency,
        energy_kwh,
        priced_kwh,
        from_minor_units(rounded_quotient(spot_scaled, scale), minor_unit_decimal) as spot_amount,
        from_minor_units(
            rounded_quotient(
                exact_product(markup_scaled, 1000000), exact_product(scale, 1000000 + tax_rate_micro)
            ),
            minor_unit_decimal
        ) as markup_amount,
        tax_amount,
        amount_incl_tax
    from with_figures
),

explained as (
    select
        account,
        session_id,
        month,
        currency,
        energy_kwh,
        priced_kwh,
        spot_amount,
        markup_amount,
        tax_amount,
        amount_incl_tax - spot_amount - markup_amount - tax_amount as unexplained_amount,
        amount_incl_tax
    from rounded
)

select * from explained
