-- name: claimed_elsewhere
-- grain: one session to claim that another account has claimed
-- purpose: the sessions that would be claimed twice
-- parameters:
--   account        text, the logbook's account
--   session_ids    list of the ids of the sessions to claim
-- columns:
--   session_id     text, the operator's id
--   other_account  text, the account that claimed it
--   number         of that account's newest claim with it
with claimed as (
    select
        account,
        session_id,
        max(number) as number
    from staging.claimed_sums
    where energy_kwh <> 0 or amount_incl_tax <> 0 or tax_amount <> 0
    group by account, session_id
)

select
    shared.session_id,
    shared.other_account,
    others.number
from intermediate.shared_sessions as shared
inner join claimed as others on shared.other_account = others.account and shared.session_id = others.session_id
left join claimed as own on shared.account = own.account and shared.session_id = own.session_id
where shared.account = $account and is_in_list($session_ids, shared.session_id) and own.number is null
order by shared.session_id, shared.other_account
