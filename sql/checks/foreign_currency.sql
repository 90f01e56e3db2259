-- name: checks.foreign_currency
-- severity: warning
-- grain: one finding
-- purpose: Every session is billed in the account's own currency, or on a claim with attachments, such as its receipt.
with reversed_claims as (
    select
        account,
        reverses as number
    from facts.claims
    where reverses is not null
),

documented as (
    select distinct
        lines.account,
        lines.session_id
    from main.claim_lines as lines
    inner join facts.claims as claims using (account, number)
    left join reversed_claims using (account, number)
    where claims.attachments > 0 and reversed_claims.number is null
)

select
    account,
    sessions.month,
    session_id,
    concat_ws(' ', sessions.currency, sessions.home_currency) as cause,
    items(
        'It was billed as {bill}.',
        case
            when sessions.tax_amount is null
                then 'It is not added to amounts in {currency}, and the tax in it is not known.'
            else 'It is not added to amounts in {currency}, and the tax in it is another country''s.'
        end,
        'Attach its receipt to the claim: ladebog claim attach FILE'
    ) as sentences,
    items(
        amount_parameter('bill', sessions.amount_incl_tax, sessions.currency),
        text_parameter('currency', sessions.home_currency)
    ) as parameters
from intermediate.stopped_sessions as sessions
left join documented using (account, session_id)
where sessions.currency <> sessions.home_currency and documented.session_id is null
