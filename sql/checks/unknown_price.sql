-- name: checks.unknown_price
-- severity: error
-- grain: one finding
-- purpose: The amount that each session is reimbursed with is known, which needs the price of every hour.
-- The check foreign_currency covers sessions in a foreign currency.
select
    sessions.account,
    sessions.month,
    sessions.session_id,
    concat_ws(' ', reimbursement.basis, reimbursement.unknown) as cause,
    items(
        case
            when reimbursement.unknown is null
                then 'What it is reimbursed with is not known, by the basis {basis}: a part of it is missing.'
            else 'What it is reimbursed with is not known, by the basis {basis}: {unknown}.'
        end,
        'Set what is missing in ladebog.toml, or choose another basis.'
    ) as sentences,
    items(
        text_parameter('basis', reimbursement.basis),
        text_parameter('unknown', reimbursement.unknown)
    ) as parameters
from intermediate.stopped_sessions as sessions
inner join main.reimbursement as reimbursement using (account, session_id)
where
    reimbursement.amount_incl_tax is null
    and sessions.currency = sessions.home_currency
