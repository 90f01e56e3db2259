-- name: checks.session_in_two_accounts
-- severity: error
-- grain: one finding: a session to be claimed, and another account that has it to be claimed, or claimed it
-- purpose: No session of an operator is to be claimed in two accounts.
-- Each of the two gets a finding. Where one is accepted, the account that is claimed first gets the session.
with claimed as (
    select distinct
        account,
        session_id
    from staging.claimed_sums
    where energy_kwh <> 0 or amount_incl_tax <> 0 or tax_amount <> 0
)

select
    shared.account,
    sessions.month,
    shared.session_id,
    shared.other_account as cause,
    items(
        case
            when claimed.session_id is null then 'Account {other} has the same session of the same operator.'
            else 'Account {other} has the same session of the same operator and has claimed it.'
        end,
        'Keep it off one claim with: ladebog session exclude --account {account} --reason TEXT {session}'
    ) as sentences,
    items(
        text_parameter('other', shared.other_account),
        text_parameter('account', shared.account),
        text_parameter('session', operand(shared.session_id))
    ) as parameters
from intermediate.shared_sessions as shared
inner join intermediate.stopped_sessions as sessions using (account, session_id)
inner join main.claimable_sessions as ones using (account, session_id)
inner join main.claimable_sessions as others
    on shared.other_account = others.account and shared.session_id = others.session_id
left join claimed
    on shared.other_account = claimed.account and shared.session_id = claimed.session_id
where ones.is_claimed and (others.is_claimed or claimed.session_id is not null)
