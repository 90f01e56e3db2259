-- name: session_list
-- grain: one finished session
-- purpose: the sessions that `ladebog session list` prints
-- parameters:
--   accounts         list of the logbook's accounts
--   month            first day of the local month in which the sessions stopped; null: all
-- columns:
--   account          text, the logbook's account
--   session_id       text, the operator's id
--   started          local wall time, as text
--   energy_kwh       kWh
--   amount_incl_tax  currency units
--   currency         ISO 4217 code
--   car              text, the car's name; null if none was assigned
--   claim            text, in or out: whether the session goes on a claim
--   reason           text, why it does or does not
--   tags             text, separated by commas
select
    sessions.account,
    sessions.session_id,
    minute_text(sessions.started_at, accounts.timezone) as started,
    sessions.energy_kwh,
    sessions.amount_incl_tax,
    sessions.currency,
    claimable.car,
    case when claimable.is_claimed then 'in' else 'out' end as claim,
    claimable.reason,
    list_text(claimable.tags) as tags
from sessions
inner join claimable_sessions as claimable using (account, session_id)
inner join facts.accounts as accounts using (account)
where
    is_in_list($accounts, sessions.account)
    and coalesce(first_of_month(local_day(sessions.stopped_at, accounts.timezone)) = $month, true)
order by sessions.started_at, sessions.account, sessions.session_id
