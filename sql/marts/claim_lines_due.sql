-- name: claim_lines_due
-- grain: one session, local month, car and currency whose claims so far differ from the newest figures
-- purpose: what is to be claimed: sessions of months that are not claimed yet, and corrections of those that are
-- key: account, session_id, month, car, currency
-- columns:
--   account               text, the logbook's account
--   session_id            text, the operator's id
--   month                 first day of the local month
--   car                   text, the car's name; empty if none was assigned
--   currency              ISO 4217 code
--   due_energy_kwh        kWh to be claimed: by the newest figures minus what was claimed
--   due_incl_tax          currency units to be claimed, likewise; null if the newest amount is unknown
--   due_tax_amount        currency units, the tax in it, likewise; null if the newest tax is unknown
--   claimed_energy_kwh    kWh, of all claims so far
--   claimed_incl_tax      currency units, of all claims so far
--   claimed_tax_amount    currency units, of all claims so far, as far as known
--   energy_kwh            kWh, by the newest figures; 0 for what is no longer claimed
--   amount_incl_tax       currency units, by the newest figures; 0 for what is no longer claimed; null if unknown
--   tax_amount            currency units, by the newest figures; 0 for what is no longer claimed; null if unknown
--   is_month_claimed      flag: a claim of the month, not reversed, covers the car, so that this is a correction
--   corrects              number of the newest claim that it differs from; null where there is none
--   reason                text, why it differs: late, moved, corrected, withdrawn or repriced; null if not claimed yet
--   ground                text, completes the reason: why it is withdrawn or included; null if nothing does
--   detail                text, completes the ground: a person's reason, the car or the rule; null if nothing does
--   held_back             text, what about the session holds it back; null if nothing does
-- A line can be claimed if nothing holds it back and its month is closed: month_states.is_closed. A correction needs
-- no closed month.
-- An unknown tax alone is not a difference. A tax that was unknown when it was claimed counts there as zero.
with targets as (
    select
        claim_values.account,
        claim_values.session_id,
        claim_values.month,
        coalesce(claimable.car, '') as car,
        claim_values.currency,
        claim_values.energy_kwh,
        claim_values.amount_incl_tax,
        claim_values.tax_amount,
        claim_values.unknown,
        sessions.revision,
        case when claimable.ground = 'decision' then 'included' end as ground,
        claimable.detail
    from intermediate.claim_values as claim_values
    inner join main.claimable_sessions as claimable using (account, session_id)
    inner join main.sessions as sessions using (account, session_id)
    where claimable.is_claimed
),

uncertain as (
    select
        account,
        session_id,
        'its details are still to be fetched' as held_back
    from intermediate.missing_details
    where not is_excluded
    union
    select
        account,
        key as session_id,
        'its newest answer cannot be read' as held_back
    from intermediate.unreadable
    where endpoint in ('session', 'session_history') and not is_gone and not is_excluded
),

first_uncertain as (
    select
        account,
        session_id,
        min(held_back) as held_back
    from uncertain
    group by account, session_id
),

compared as (
    select
        coalesce(targets.account, claimed.account) as account,
        coalesce(targets.session_id, claimed.session_id) as session_id,
        coalesce(targets.month, claimed.month) as month,
        coalesce(targets.car, claimed.car) as car,
        coalesce(targets.currency, claimed.currency) as currency,
        coalesce(claimed.energy_kwh, 0) as claimed_energy_kwh,
        coalesce(claimed.amount_incl_tax, 0) as claimed_incl_tax,
        coalesce(claimed.tax_amount, 0) as claimed_tax_amount,
        coalesce(targets.energy_kwh, 0) as energy_kwh,
        case when targets.session_id is null then 0 else targets.amount_incl_tax end as amount_incl_tax,
        case when targets.session_id is null then 0 else targets.tax_amount end as tax_amount,
        claimed.number as last_claim,
        coalesce(claimed.is_in_force, false) as is_in_force,
        targets.session_id is not null as is_claimed,
        targets.ground,
        targets.detail,
        targets.unknown,
        targets.revision > claimed.revision as is_revised
    from targets
    full outer join staging.claimed_sums as claimed using (account, session_id, month, car, currency)
),

differing as (
    select
        *,
        claimed_energy_kwh = 0 and claimed_incl_tax = 0 and claimed_tax_amount = 0 as is_new
    from compared
    where
        amount_incl_tax is null
        or claimed_energy_kwh <> energy_kwh
        or claimed_incl_tax <> amount_incl_tax
        or coalesce(claimed_tax_amount <> tax_amount, false)
        or (is_claimed and not is_in_force)
),

-- What was claimed of another car, or of none, is no late session.
moved as (
    select distinct
        account,
        session_id,
        month,
        currency
    from differing
    where not is_claimed and not is_new
),

covering as (
    select
        differing.account,
        differing.session_id,
        differing.month,
        differing.car,
        differing.currency,
        max(claimed_months.number) as number
    from differing
    inner join staging.claimed_months as claimed_months
        on
            differing.account = claimed_months.account
            and differing.month = claimed_months.month
            and coalesce(differing.car = claimed_months.car, true)
    group by differing.account, differing.session_id, differing.month, differing.car, differing.currency
),

assembled as (
    select
        differing.account,
        differing.session_id,
        differing.month,
        differing.car,
        differing.currency,
        cast(differing.energy_kwh - differing.claimed_energy_kwh as decimal(18, 3)) as due_energy_kwh,
        cast(differing.amount_incl_tax - differing.claimed_incl_tax as decimal(18, 3)) as due_incl_tax,
        cast(differing.tax_amount - differing.claimed_tax_amount as decimal(18, 3)) as due_tax_amount,
        cast(differing.claimed_energy_kwh as decimal(18, 3)) as claimed_energy_kwh,
        cast(differing.claimed_incl_tax as decimal(18, 3)) as claimed_incl_tax,
        cast(differing.claimed_tax_amount as decimal(18, 3)) as claimed_tax_amount,
        cast(differing.energy_kwh as decimal(18, 3)) as energy_kwh,
        cast(differing.amount_incl_tax as decimal(18, 3)) as amount_incl_tax,
        cast(differing.tax_amount as decimal(18, 3)) as tax_amount,
        covering.number is not null as is_month_claimed,
        case
            when covering.number is not null or not differing.is_new
                then coalesce(differing.last_claim, covering.number)
        end as corrects,
        case
            when covering.number is null and differing.is_new then null
            when differing.is_new and moved.session_id is not null then 'moved'
            when differing.is_new then 'late'
            when not differing.is_claimed then 'withdrawn'
            when differing.is_revised then 'corrected'
            else 'repriced'
        end as reason,
        case
            when differing.is_claimed then differing.ground
            when claimable.session_id is null and sessions.is_active then 'not stopped'
            when claimable.session_id is null then 'not charged'
            when not claimable.is_claimed then claimable.ground
            when coalesce(claimable.car, '') <> differing.car then 'another car'
            else 'elsewhere'
        end as ground,
        case
            when differing.is_claimed then case when differing.ground is not null then differing.detail end
            when not claimable.is_claimed then claimable.detail
            when coalesce(claimable.car, '') <> differing.car then claimable.car
        end as detail,
        coalesce(
            first_uncertain.held_back, case when differing.amount_incl_tax is null then differing.unknown end
        ) as held_back
    from differing
    left join covering using (account, session_id, month, car, currency)
    left join moved using (account, session_id, month, currency)
    left join main.claimable_sessions as claimable using (account, session_id)
    left join intermediate.session_states as sessions using (account, session_id)
    left join first_uncertain using (account, session_id)
)

select * from assembled
