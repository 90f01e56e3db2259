-- name: intermediate.audited_periods
-- grain: one finished session that has charging periods
-- purpose: the sums of its charging periods, for the audit of its bill
-- columns:
--   account             text, the logbook's account
--   session_id          text, the operator's id
--   weight              whole number above 0, the sum of the periods' shares in the energy
--   weighted_price      sum of the shares, each times its price in billionths of a currency unit per kWh
--   unpriced            number of periods with a share, or with free energy, whose price is unknown
--   is_by_curve         flag: the shares come from the power history, not from time alone
--   is_one_price        flag: all periods with a share are charging ones and have the same price
--   idle_us             microseconds of the idle periods
--   free_wh             Wh that cost nothing; null if no period states it
--   free_pico           trillionths of a currency unit, the free Wh at the prices of their periods
--   not_understood      text, the parts of states that Ladebog does not know, separated by commas; null if it knows all
with priced as (
    select
        periods.account,
        periods.session_id,
        periods.state,
        shares.weight,
        shares.is_by_curve,
        cast(cast(periods.price_incl_tax as decimal(38, 9)) * 1000000000 as decimal(38, 0)) as price_nano,
        stated.free_energy_wh,
        case
            when periods.state = 'idle' then microseconds_between(periods.started_at, periods.stopped_at)
            else 0
        end as idle_us,
        case
            when periods.state not in ('charging', 'idle') and periods.amount_incl_tax <> 0 then periods.state
            else stated.state_not_understood
        end as not_understood
    from main.charging_periods as periods
    inner join intermediate.period_energy as shares using (account, session_id, period)
    inner join staging.charging_periods as stated using (account, session_id, period)
),

summed as (
    select
        account,
        session_id,
        sum(weight) as weight,
        sum(price_nano * weight) as weighted_price,
        count(*) filter (where price_nano is null and (weight > 0 or free_energy_wh <> 0)) as unpriced,
        bool_or(is_by_curve) as is_by_curve,
        coalesce(
            min(price_nano) filter (where weight > 0) = max(price_nano) filter (where weight > 0)
            and bool_and(state = 'charging') filter (where weight > 0),
            false
        ) as is_one_price,
        cast(sum(idle_us) as bigint) as idle_us,
        cast(sum(free_energy_wh) as bigint) as free_wh,
        sum(cast(free_energy_wh as decimal(38, 0)) * price_nano) as free_pico,
        sorted_text(not_understood) as not_understood
    from priced
    group by account, session_id
)

select * from summed
