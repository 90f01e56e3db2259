-- name: claims
-- grain: one claim and currency
-- purpose: what was claimed, and the state of the claim
-- key: account, number, currency
-- columns:
--   account           text, the logbook's account
--   number            whole number, from 1; only those of lost claims are left out
--   kind              text, month, corrections or reversal
--   month             first day of the local month; null unless it is a month's claim
--   car               text, the only car that it covers; null if it covers all
--   created_at        time
--   currency          ISO 4217 code; of a claim without lines the account's
--   lines             number of lines, corrections included
--   energy_kwh        kWh
--   amount_incl_tax   currency units
--   tax_amount        currency units; null where the tax of one line is unknown
--   state             text, made, sent, approved, paid, rejected or reversed
--   state_on          local day of that state; null if the state is made
--   reversed_by       number of the claim that reverses it; null if there is none
with summed as (
    select
        account,
        number,
        currency,
        count(*) as lines,
        sum(energy_kwh) as energy_kwh,
        sum(amount_incl_tax) as amount_incl_tax,
        case when count(*) = count(tax_amount) then sum(tax_amount) end as tax_amount
    from main.claim_lines
    group by account, number, currency
),

assembled as (
    select
        claims.account,
        claims.number,
        claims.kind,
        claims.month,
        claims.car,
        claims.created_at,
        coalesce(summed.currency, claims.currency) as currency,
        cast(coalesce(summed.lines, 0) as integer) as lines,
        cast(coalesce(summed.energy_kwh, 0) as decimal(18, 3)) as energy_kwh,
        cast(coalesce(summed.amount_incl_tax, 0) as decimal(18, 3)) as amount_incl_tax,
        cast(case when summed.currency is null then 0 else summed.tax_amount end as decimal(18, 3)) as tax_amount,
        case when reversals.number is not null then 'reversed' else coalesce(marks.state, 'made') end as state,
        case
            when reversals.number is not null then local_day(reversals.created_at, accounts.timezone)
            else marks.state_on
        end as state_on,
        reversals.number as reversed_by
    from facts.claims as claims
    inner join facts.accounts as accounts using (account)
    left join summed using (account, number)
    left join staging.claim_states as marks using (account, number)
    left join facts.claims as reversals
        on claims.account = reversals.account and claims.number = reversals.reverses
)

select * from assembled
