-- name: page_sessions
-- grain: one finished session
-- purpose: the table of sessions on the page
-- parameters:
--   account          text, the logbook's account
-- columns:
--   session_id       text, the operator's id
--   started_at       time
--   started_local    local wall time
--   stopped_local    local wall time
--   charge_point     text, the charge point's name, or its address
--   car              text, the car's name; null if none was assigned
--   energy_kwh       kWh
--   amount_incl_tax  currency units
--   currency         ISO 4217 code
--   price_incl_tax   currency units per kWh; null without energy
--   max_kw           kW, as the operator states it; null if it does not
--   idle_s           seconds connected without charging; null if unknown
--   note             text, the driver's own; null without one
--   tags             text, separated by commas; empty without tags
--   is_claimed       flag: the session goes on a claim
--   is_closed        flag: the month in which it stopped is closed, so that it can be claimed
--   claim            number of the newest claim in force that has it; null if there is none, or if that withdraws it
--   document_sha256  hex, the document of its figures
--   curve_sha256     hex, the document of its power history; null without one
--   assumed_by       text, charging periods or stop: from what it is assumed when the energy flowed; null if its
--                    power history shows it, or without energy
with in_force as (
    select
        lines.account,
        lines.session_id,
        lines.number,
        coalesce(lines.reason, '') as reason
    from claim_lines as lines
    inner join claims using (account, number, currency)
    where lines.account = $account and claims.kind <> 'reversal' and claims.state <> 'reversed'
),

newest as (
    select
        account,
        session_id,
        max(number) as number
    from in_force
    group by account, session_id
),

claimed as (
    select distinct
        account,
        session_id,
        number as claim
    from newest
    inner join in_force using (account, session_id, number)
    where in_force.reason <> 'withdrawn'
),

assumed as (
    select
        account,
        session_id,
        max(placed_by) as assumed_by
    from session_hours
    where account = $account and placed_by <> 'power history'
    group by account, session_id
    having sum(energy_kwh) <> 0
)

select
    sessions.session_id,
    sessions.started_at,
    sessions.started_local,
    sessions.stopped_local,
    sessions.charge_point,
    claimable.car,
    sessions.energy_kwh,
    sessions.amount_incl_tax,
    sessions.currency,
    price_per_kwh(sessions.amount_incl_tax, sessions.energy_kwh) as price_incl_tax,
    sessions.max_kw,
    sessions.idle_s,
    sessions.note,
    list_text(or_empty(claimable.tags)) as tags,
    claimable.is_claimed,
    coalesce(states.is_closed, false) as is_closed,
    claimed.claim,
    sessions.document_sha256,
    sessions.curve_sha256,
    assumed.assumed_by
from sessions
inner join claimable_sessions as claimable using (account, session_id)
left join month_states as states
    on
        sessions.account = states.account
        and first_of_month(cast(sessions.stopped_local as date)) = states.month
left join claimed
    on sessions.account = claimed.account and sessions.session_id = claimed.session_id
left join assumed
    on sessions.account = assumed.account and sessions.session_id = assumed.session_id
where sessions.account = $account
order by sessions.started_at desc, sessions.session_id desc
