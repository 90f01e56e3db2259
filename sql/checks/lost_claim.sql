-- name: checks.lost_claim
-- severity: error
-- grain: one finding
-- purpose: Every claim that was made is in claims/, unless a later claim accepted its loss.
-- It belongs to no month, as any claim could repeat what the lost one contains.
select
    account,
    cast(null as date) as month,
    cast(null as varchar) as session_id,
    concat_ws(' ', number, manifest_sha256) as cause,
    items(
        case
            when month is null then 'Claim {number} is missing from claims/{account}, or another is in its place.'
            else 'Claim {number} of {month} is missing from claims/{account}, or another is in its place.'
        end,
        case
            when made_on is null then 'That it was made is recorded by {known_from}.'
            else 'That it was made on {made_on} is recorded by {known_from}.'
        end,
        'Put its folder back from a backup, then run: ladebog transform.',
        'Without it, the next claim may claim its sessions again; accept that only if it is lost and you do not use it '
        || 'any more.'
    ) as sentences,
    items(
        number_parameter('number', number),
        text_parameter('month', month_text(month)),
        text_parameter('account', account),
        day_parameter('made_on', made_on),
        phrase_parameter('known_from', known_from)
    ) as parameters
from intermediate.lost_claims
