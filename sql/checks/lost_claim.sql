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
    'Claim ' || number || coalesce(' of ' || month_text(month), '')
    || ' is missing from claims/' || account || ', or another is in its place: ' || known_from
    || ' records that it was made'
    || coalesce(' on ' || day_text(made_on), '')
    || '. Put its folder back from a backup, then run: ladebog transform. Without it, the next claim may claim its '
    || 'sessions again; accept that only if it is lost and you do not use it any more.' as detail
from intermediate.lost_claims
