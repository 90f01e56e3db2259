-- name: staging.charging_periods
-- grain: one charging period of a finished session
-- purpose: a session's periods, oldest first, with the parts of their state and their stretch of charging
-- columns:
--   account               text, the logbook's account
--   session_id            text, the operator's id
--   period                whole number, 1 for the oldest
--   document_sha256       hex, the session's newest document that lists periods
--   kind                  text, charging, idle or another kind that the operator sends
--   started_at            time
--   stopped_at            time
--   spot_price_excl_tax   currency units per kWh; null where the state does not state it
--   markup_incl_tax       currency units per kWh; null where the state does not state it
--   only_price            currency units per kWh, where the session's states contain only a price; else null
--   amount_incl_tax       currency units, as sent
--   free_energy_wh        Wh that cost nothing; null where the operator does not state it
--   state_not_understood  text, what the state contains besides price and markup; null if it contains nothing else
--   stretch_started_at    time at which its unbroken stretch of charging periods began; null for other kinds
-- A price is the spot price if any period of the session states a markup. Otherwise it is the price of another tariff,
-- and the state does not show whether it includes tax. A price of a hundred million or more counts as not stated.
with listing_periods as (
    select distinct
        account,
        document_sha256
    from facts.period_facts
),

newest_documents as (
    select
        documents.account,
        documents.session_id,
        arg_max(documents.document_sha256, documents.place) as document_sha256
    from staging.session_documents as documents
    inner join listing_periods using (account, document_sha256)
    where documents.is_finished
    group by documents.account, documents.session_id
),

listed as (
    select
        periods.account,
        periods.session_id,
        cast(row_number() over (
            partition by periods.account, periods.session_id
            order by periods.started_at asc, periods.stopped_at asc, periods.position desc
        ) as integer) as period,
        newest_documents.document_sha256,
        state_kind(periods.state) as kind,
        periods.started_at,
        periods.stopped_at,
        state_number(periods.state, 'price') as price,
        state_number(periods.state, 'markup') as markup_incl_tax,
        bool_or(has_state_number(periods.state, 'markup')) over (
            partition by periods.account, periods.session_id
        ) as is_spot_tariff,
        periods.amount as amount_incl_tax,
        periods.free_energy_wh,
        state_remainder(periods.state) as state_not_understood
    from newest_documents
    inner join facts.period_facts as periods using (account, document_sha256)
),

with_breaks as (
    select
        *,
        case
            when
                started_at <= max(stopped_at) over (
                    partition by account, session_id, kind
                    order by period rows between unbounded preceding and 1 preceding
                )
                then 0
            else 1
        end as is_break
    from listed
),

with_stretches as (
    select
        *,
        sum(is_break) over (
            partition by account, session_id, kind
            order by period
        ) as stretch
    from with_breaks
),

with_starts as (
    select
        account,
        session_id,
        period,
        document_sha256,
        kind,
        started_at,
        stopped_at,
        case when is_spot_tariff then price end as spot_price_excl_tax,
        markup_incl_tax,
        case when not is_spot_tariff then price end as only_price,
        amount_incl_tax,
        free_energy_wh,
        state_not_understood,
        case
            when kind = 'charging'
                then min(started_at) over (
                    partition by account, session_id, kind, stretch
                )
        end as stretch_started_at
    from with_stretches
)

select * from with_starts
