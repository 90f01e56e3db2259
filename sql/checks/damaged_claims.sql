-- name: checks.damaged_claims
-- severity: error
-- grain: one finding
-- purpose: The claims of each account are there and are those that were made.
-- It belongs to no month. While it lasts, the account cannot claim anything; everything else goes on.
select
    account,
    cast(null as date) as month,
    cast(null as varchar) as session_id,
    fault as cause,
    items(
        '{fault}',
        '{advice}',
        'Then run: ladebog transform. Until then nothing more can be claimed.'
    ) as sentences,
    items(
        text_parameter('fault', fault),
        text_parameter('advice', advice || '.')
    ) as parameters
from facts.claim_faults
