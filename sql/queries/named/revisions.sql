-- name: revisions
-- grain: one revision of a finished session after its first
-- purpose: what operators changed about sessions after they had ended
-- parameters:
--   account            text, default null: only this account of the logbook
--   year               integer, default null: only sessions that now stop in this local year
-- columns:
--   account            text, the logbook's account
--   session_id         text, the operator's id
--   changed            text: times, energy, currency, amount
--   energy_kwh_before  kWh
--   energy_kwh         kWh
--   amount_before      currency units, of the currency before
--   amount_incl_tax    currency units
--   amount_difference  currency units; null where the currency changed
--   started_local      wall time at which it started, by its newest figures
--   revision           whole number, 2 for the first change
--   currency_before    ISO 4217 code
--   currency           ISO 4217 code
--   fetched_at         time at which the changed figures were first received; null for an import without a time
with revised as (
    select
        *,
        lag(started_at) over earlier as started_before,
        lag(stopped_at) over earlier as stopped_before,
        lag(energy_kwh) over earlier as energy_kwh_before,
        lag(currency) over earlier as currency_before,
        lag(amount_incl_tax) over earlier as amount_before
    from staging.session_revisions
    window
        earlier as (
            partition by account, session_id
            order by revision
        )
)

select
    revised.account,
    revised.session_id,
    concat_ws(
        ', ',
        case
            when revised.started_at <> revised.started_before or revised.stopped_at <> revised.stopped_before
                then 'times'
        end,
        case when revised.energy_kwh <> revised.energy_kwh_before then 'energy' end,
        case when revised.currency <> revised.currency_before then 'currency' end,
        case when revised.amount_incl_tax <> revised.amount_before then 'amount' end
    ) as changed,
    revised.energy_kwh_before,
    revised.energy_kwh,
    revised.amount_before,
    revised.amount_incl_tax,
    case
        when revised.currency = revised.currency_before
            then cast(revised.amount_incl_tax - revised.amount_before as decimal(18, 3))
    end as amount_difference,
    sessions.started_local,
    revised.revision,
    revised.currency_before,
    revised.currency,
    revised.fetched_at
from revised
inner join sessions using (account, session_id)
where
    revised.revision > 1
    and coalesce(revised.account = $account, true)
    and coalesce(year(sessions.stopped_local) = $year, true)
order by sessions.started_at desc, revised.account asc, revised.session_id asc, revised.revision asc
