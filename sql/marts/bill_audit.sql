-- name: bill_audit
-- grain: one finished session
-- purpose: the bill, recomputed from the session's own curve, its prices and the tariff
-- key: account, session_id
-- refresh: session
-- columns:
--   account              text, the logbook's account
--   session_id           text, the operator's id
--   currency             ISO 4217 code
--   billed               currency units
--   recomputed           currency units, rounded once; null where a part of it is unknown
--   difference           currency units, billed − recomputed: above zero where too much was billed
--   difference_percent   per cent of the recomputed; null where the recomputed bill is zero
--   verdict              text: ok, minimum price, overbilled, underbilled or cannot tell
--   reason               text, why there is no verdict, or what to know about a difference; else null
--   energy_amount        currency units, the meter's energy at its prices
--   price_per_session    currency units, of a tariff with a price for the whole session
--   duration_fee         currency units, of all periods of time begun
--   connection_fee       currency units
--   idle_fee             currency units, of all idle time
--   free_energy_amount   currency units, what the free energy would have cost
--   minimum_price        currency units, where the tariff has one and energy flowed
--   tariff_sha256        hex, the document of the tariff in force; null where unknown
-- The energy is the meter's; the curve only divides it between the charging periods: Wh × share / sum of shares, not
-- rounded to Wh. A kWh costs spot price × (1 + tax) + markup of its period, or what a tariff with one price for all
-- energy states. Free energy is subtracted at its period's price, or at the session's average price if only the session
-- states it. Each part is rounded down to a trillionth of a currency unit; their sum is rounded once, to the minor
-- unit. A difference of up to 1 per cent plus 0.05 currency units is ok. If a missing power history, or idle or other
-- time that may be free, could explain a larger difference, the verdict is cannot tell.
with sessions_with_tariffs as (
    select
        marts.account,
        marts.session_id,
        marts.currency,
        marts.stopped_at,
        charge_points.tax_rate,
        marts.idle_s,
        accounts.timezone,
        accounts.currency as account_currency,
        sessions.minor_unit_decimal,
        sessions.bill_minor,
        cast(sessions.energy_wh as decimal(38, 0)) as energy_wh,
        cast(coalesce(sessions.free_energy_wh, 0) as decimal(38, 0)) as free_wh,
        coalesce(sessions.non_billable_energy_wh, 0) as non_billable_wh,
        coalesce(sessions.prices_include_tax, true) or sessions.net_minor is not null as is_bill_with_tax,
        tariffs.tariff_sha256,
        tariffs.tariff_fetched_at,
        tariffs.currency as tariff_currency,
        tariffs.minimum_price,
        coalesce(tariffs.connection_fee, 0) as connection_fee,
        coalesce(tariffs.idle_fee_per_minute, 0) as idle_fee_per_minute,
        cast(cast(tariffs.price_per_kwh as decimal(38, 9)) * 1000000000 as decimal(38, 0)) as price_nano,
        case when sessions.energy_wh > 0 then tariffs.price_per_session end as price_per_session,
        coalesce(tariffs.price_per_period, 0) as price_per_period,
        tariffs.price_period_minutes,
        microseconds_between(sessions.started_at, sessions.stopped_at) as duration_us,
        tariffs.not_understood
    from sessions as marts
    inner join facts.accounts as accounts using (account)
    inner join staging.sessions as sessions using (account, session_id)
    inner join intermediate.session_charge_points as charge_points
        on marts.account = charge_points.account and marts.session_id = charge_points.session_id
    left join intermediate.session_tariffs as tariffs using (account, session_id)
),

periods as (
    select * from intermediate.audited_periods
),

parts as (
    select
        sessions.*,
        periods.weight is not null as has_periods,
        coalesce(periods.unpriced, 0) as unpriced,
        coalesce(periods.is_by_curve or periods.is_one_price, false)
        or sessions.energy_wh = 0
        or sessions.price_nano is not null as is_measured,
        coalesce(periods.free_wh, 0) as free_wh_of_periods,
        periods.not_understood as state_not_understood,
        coalesce(periods.idle_us, sessions.idle_s * 1000000, 0) as idle_us,
        case
            when sessions.energy_wh = 0 then 0
            when sessions.price_nano is not null then sessions.energy_wh * sessions.price_nano
            else floor_share(sessions.energy_wh, periods.weighted_price, periods.weight)
        end as energy_pico,
        case
            when sessions.energy_wh = 0 or (sessions.free_wh = 0 and coalesce(periods.free_wh, 0) = 0) then 0
            when sessions.price_nano is not null
                then coalesce(nullif(periods.free_wh, 0), sessions.free_wh) * sessions.price_nano
            when periods.free_wh > 0 then periods.free_pico
            else floor_share(sessions.free_wh, periods.weighted_price, periods.weight)
        end as free_pico,
        cast(cast(sessions.connection_fee as decimal(38, 9)) * 1000000000 as decimal(38, 0)) * 1000 as connection_pico,
        floor_quotient(
            cast(cast(sessions.idle_fee_per_minute as decimal(38, 9)) * 1000000000 as decimal(38, 0))
            * coalesce(periods.idle_us, sessions.idle_s * 1000000, 0),
            60000
        ) as idle_pico,
        cast(cast(coalesce(sessions.price_per_session, 0) as decimal(38, 9)) * 1000000000 as decimal(38, 0)) * 1000
            as session_pico,
        case
            when sessions.price_per_period = 0 then 0
            else
                cast(cast(sessions.price_per_period as decimal(38, 9)) * 1000000000 as decimal(38, 0)) * 1000
                * -floor_quotient(-sessions.duration_us, sessions.price_period_minutes * cast(60000000 as bigint))
        end as duration_pico,
        case when sessions.energy_wh > 0 then sessions.minimum_price end as minimum_price_of_energy
    from sessions_with_tariffs as sessions
    left join periods using (account, session_id)
),

judged as (
    select
        *,
        case
            when currency <> account_currency then 'the bill is in ' || currency || ', not in ' || account_currency
            when not is_bill_with_tax then 'the bill does not include tax'
            when tariff_sha256 is null then 'no tariff of this charge point is known'
            when free_wh > 0 and free_wh_of_periods > 0 and free_wh <> free_wh_of_periods and energy_wh <> 0
                then
                    'the session states ' || free_wh || ' Wh of free energy, its charging periods '
                    || free_wh_of_periods || ' Wh'
            when price_nano is not null then null
            when tax_rate is null then 'the rate of tax is not known'
            when energy_wh = 0 then null
            when not has_periods then 'the operator sent no charging periods, so no price is known'
            when unpriced > 0 then 'the price of ' || unpriced || ' charging period(s) is not known'
        end as unknown,
        nullif(
            concat_ws(
                '; ',
                'not understood in the tariff: ' || not_understood,
                'not understood in charging periods: ' || state_not_understood,
                case when tariff_currency <> currency then 'the tariff is in ' || tariff_currency end,
                case when non_billable_wh <> 0 then non_billable_wh || ' Wh were not billable' end
            ),
            ''
        ) as not_understood_parts,
        nullif(
            concat_ws(
                '; ',
                case when not is_measured then 'without a power history, time alone divides the energy' end,
                case
                    when idle_fee_per_minute > 0 and idle_us > 0
                        then 'how much of the idle time the idle fee spares is not known'
                end,
                case when price_per_period > 0 then 'how much of the time the tariff charges for is not known' end
            ),
            ''
        ) as uncertainty
    from parts
),

rounded as (
    select
        *,
        case
            when unknown is null
                then
                    rounded_quotient(
                        energy_pico + session_pico + duration_pico + connection_pico + idle_pico - free_pico,
                        nano_units_in_minor_unit(minor_unit_decimal) * cast(1000 as bigint)
                    )
        end as before_minimum,
        to_minor_units(minimum_price_of_energy, minor_unit_decimal) as minimum_minor
    from judged
),

with_minimum as (
    select
        *,
        case when before_minimum < minimum_minor then minimum_minor else before_minimum end as recomputed_minor
    from rounded
),

compared as (
    select
        *,
        bill_minor - recomputed_minor as difference_minor
    from with_minimum
),

decided as (
    select
        *,
        case
            when unknown is not null or not_understood_parts is not null then 'cannot tell'
            when
                abs(difference_minor) * 100 <= abs(recomputed_minor) + 5 * minor_units_in_one(minor_unit_decimal)
                then case when before_minimum < minimum_minor then 'minimum price' else 'ok' end
            when uncertainty is not null then 'cannot tell'
            when difference_minor > 0 then 'overbilled'
            else 'underbilled'
        end as verdict
    from compared
),

assembled as (
    select
        account,
        session_id,
        currency,
        from_minor_units(bill_minor, minor_unit_decimal) as billed,
        from_minor_units(recomputed_minor, minor_unit_decimal) as recomputed,
        from_minor_units(difference_minor, minor_unit_decimal) as difference,
        cast(
            rounded_quotient(difference_minor * 10000, nullif(abs(recomputed_minor), 0)) * 0.01 as decimal(18, 2)
        ) as difference_percent,
        verdict,
        case
            when verdict = 'cannot tell' then coalesce(unknown, not_understood_parts, uncertainty)
            when verdict in ('overbilled', 'underbilled') and tariff_fetched_at > stopped_at
                then
                    'by the tariff as of ' || local_day(tariff_fetched_at, timezone)
                    || ', the first known after the session'
        end as reason,
        case
            when unknown is null
                then cast(rounded_quotient(energy_pico, 1000000) * 0.000001 as decimal(18, 6))
        end as energy_amount,
        cast(price_per_session as decimal(18, 6)) as price_per_session,
        case
            when tariff_sha256 is not null
                then cast(rounded_quotient(duration_pico, 1000000) * 0.000001 as decimal(18, 6))
        end as duration_fee,
        case when tariff_sha256 is not null then cast(connection_fee as decimal(18, 6)) end as connection_fee,
        case
            when tariff_sha256 is not null
                then cast(rounded_quotient(idle_pico, 1000000) * 0.000001 as decimal(18, 6))
        end as idle_fee,
        case
            when unknown is null
                then cast(rounded_quotient(free_pico, 1000000) * 0.000001 as decimal(18, 6))
        end as free_energy_amount,
        from_minor_units(minimum_minor, minor_unit_decimal) as minimum_price,
        tariff_sha256
    from decided
)

select * from assembled
