-- name: checks.doubtful_net
-- severity: warning
-- grain: one finding
-- purpose: A net that the operator states is between zero and the bill, and the tax by it agrees with the known rate.
with stated as (
    select
        sessions.account,
        sessions.month,
        sessions.session_id,
        sessions.currency,
        sessions.amount_incl_tax,
        sessions.tax_amount,
        sessions.tax_rate,
        terms.tax_rate as known_tax_rate,
        sessions.amount_incl_tax - sessions.tax_amount as net_amount
    from intermediate.stopped_sessions as sessions
    inner join intermediate.session_states as states using (account, session_id)
    inner join intermediate.reimbursement_terms as terms using (account, session_id)
    where states.net_minor is not null
),

judged as (
    select
        *,
        net_amount * sign(amount_incl_tax) < 0
        or abs(net_amount) > abs(amount_incl_tax)
        or (net_amount = 0 and amount_incl_tax <> 0) as is_impossible
    from stated
)

select
    account,
    month,
    session_id,
    concat_ws(' ', amount_incl_tax, tax_amount, currency, known_tax_rate) as cause,
    items(
        case
            when is_impossible
                then
                    'The operator states {net} without tax of the bill of {bill}, so its tax counts as {tax}, '
                    || 'which cannot be right.'
            else
                'The operator states {net} without tax of the bill of {bill}, so its tax counts as {tax}, '
                || 'but the known rate is {rate} %.'
        end,
        'Ask the operator for an invoice.'
    ) as sentences,
    items(
        amount_parameter('net', net_amount, currency),
        amount_parameter('bill', amount_incl_tax, currency),
        amount_parameter('tax', tax_amount, currency),
        number_parameter('rate', amount_digits(known_tax_rate * 100))
    ) as parameters
from judged
where is_impossible or (tax_rate is null and known_tax_rate is not null)
