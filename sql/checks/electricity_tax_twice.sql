-- name: checks.electricity_tax_twice
-- severity: warning
-- grain: one finding
-- purpose: No addition to the spot price is the electricity tax under another name, which would count twice.
-- Each month and name has one finding.
with own_taxes as (
    select distinct account
    from staging.electricity_tax_additions
    where is_certain
),

spot_sessions as (
    select
        sessions.account,
        sessions.month,
        accounts.country,
        local_day(sessions.stopped_at, sessions.timezone) as stopped_on
    from intermediate.stopped_sessions as sessions
    inner join facts.accounts as accounts using (account)
    inner join intermediate.reimbursement_terms as terms using (account, session_id)
    where terms.basis = 'spot' and sessions.account not in (select own_taxes.account from own_taxes)
)

select
    sessions.account,
    sessions.month,
    cast(null as varchar) as session_id,
    additions.name || ' ' || count(*) as cause,
    items(
        case count(*)
            when 1
                then
                    'The addition "{name}" may be the electricity tax, which is added to the spot price of '
                    || '1 session as well.'
            else
                'The addition "{name}" may be the electricity tax, which is added to the spot price of '
                || '{sessions} sessions '
                || 'as well.'
        end,
        'If it is, call it "electricity tax" in ladebog.toml; if not, give it another name.'
    ) as sentences,
    items(
        text_parameter('name', additions.name),
        number_parameter('sessions', count(*))
    ) as parameters
from spot_sessions as sessions
inner join seeds.electricity_taxes as taxes
    on
        sessions.country = taxes.country
        and sessions.stopped_on >= taxes.valid_from
        and sessions.stopped_on < taxes.valid_to
inner join staging.electricity_tax_additions as additions
    on
        sessions.account = additions.account
        and sessions.stopped_on >= additions.valid_from
        and sessions.stopped_on < coalesce(additions.valid_to, date '9999-12-31')
group by sessions.account, sessions.month, additions.name
