-- name: checks.missing_detail
-- severity: error
-- grain: one finding
-- purpose: The details of every session were fetched after its figures in the list last changed.
-- Excluded sessions need none.
with detailed as (
    select distinct
        account,
        session_id
    from facts.session_facts
    where source = 'detail'
)

select
    details.account,
    first_of_month(local_day(details.stopped_at, accounts.timezone)) as month,
    details.session_id,
    case when detailed.session_id is null then 'missing' else 'older than ' || sessions.document_sha256 end as cause,
    items(
        case
            when detailed.session_id is null then 'It is known from a list of sessions only, without its details.'
            else 'Its details are older than the figures in the list of sessions.'
        end,
        case
            when details.is_not_found
                then 'The operator lists it, but does not find its details (404). Each run asks for them again.'
            else 'Fetch them with: ladebog run'
        end,
        case
            when details.is_not_found
                then 'To go on without the session, exclude it: ladebog session exclude --reason TEXT {session}'
        end
    ) as sentences,
    items(
        text_parameter('session', operand(details.session_id))
    ) as parameters
from intermediate.missing_details as details
inner join facts.accounts as accounts using (account)
inner join intermediate.session_states as sessions using (account, session_id)
left join detailed using (account, session_id)
where not details.is_excluded
