-- name: intermediate.spot_additions
-- grain: one addition to an account's spot price in one local hour and month of the year, and the days it holds
-- purpose: what is added to the spot price per kWh: the settings' additions, and the electricity tax of the seeds
-- columns:
--   account         text, the logbook's account
--   name            text
--   hour            local hour, 0 to 23
--   month_of_year   1 to 12
--   per_kwh         currency units per kWh, ex. tax
--   valid_from      first local day
--   valid_to        first local day on which it no longer holds; null while it does
-- An addition of the settings that is called "electricity tax" or "elafgift" replaces that of the seeds. A tax in
-- another currency than the account's makes the price unknown.
with of_settings as (
    select
        account,
        name,
        hour,
        month_of_year,
        per_kwh,
        valid_from,
        valid_to
    from facts.price_additions
),

electricity_taxes as (
    select
        accounts.account,
        'electricity tax' as name,
        case when taxes.currency = accounts.currency then taxes.per_kwh end as per_kwh,
        taxes.valid_from,
        taxes.valid_to
    from facts.accounts as accounts
    inner join seeds.electricity_taxes as taxes using (country)
    where
        accounts.account not in (
            select additions.account
            from staging.electricity_tax_additions as additions
            where additions.is_certain
        )
),

clock_hours as (
    select unnest(series(0, 23, 1)) as hour
),

months_of_year as (
    select unnest(series(1, 12, 1)) as month_of_year
),

of_seeds as (
    select
        electricity_taxes.account,
        electricity_taxes.name,
        cast(clock_hours.hour as integer) as hour,
        cast(months_of_year.month_of_year as integer) as month_of_year,
        electricity_taxes.per_kwh,
        electricity_taxes.valid_from,
        electricity_taxes.valid_to
    from electricity_taxes
    cross join clock_hours
    cross join months_of_year
),

all_additions as (
    select * from of_settings
    union all
    select * from of_seeds
)

select * from all_additions
