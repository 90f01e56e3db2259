-- name: intermediate.claim_values
-- grain: one local month of a finished session, under the attribution that the settings choose for claims
-- purpose: the amounts that a session has on a claim, if it is claimed
-- columns:
--   account            text, the logbook's account
--   session_id         text, the operator's id
--   month              first day of the local month
--   basis              text, billed, rate, electricity_cost or spot
--   currency           ISO 4217 code
--   energy_kwh         kWh
--   amount_incl_tax    currency units; null where unknown
--   tax_amount         currency units; null where unknown
--   price_incl_tax     currency units per kWh
--   unknown            text, why the amount is unknown; else null
-- If the amount is the bill, its tax is the bill's. If it is a bill minus a refund, and the session states its net, its
-- tax is the bill's × amount / bill, because the refund takes away its part; of a bill of zero it is the bill's.
-- Otherwise it is amount × rate / (1 + rate). It is rounded half away from zero once per session. The months share it
-- in proportion to their amounts, by largest remainders; if the amount is zero, the whole tax is in the last month.
with whole_sessions as (
    select
        reimbursement.account,
        reimbursement.session_id,
        staged.minor_unit_decimal,
        to_minor_units(reimbursement.amount_incl_tax, staged.minor_unit_decimal) as amount_minor,
        case
            when reimbursement.amount_incl_tax = sessions.amount_incl_tax and reimbursement.basis = 'billed'
                then to_minor_units(sessions.tax_amount, staged.minor_unit_decimal)
            when reimbursement.basis = 'billed' and staged.net_minor is not null
                then
                    case
                        when sessions.amount_incl_tax = 0
                            then to_minor_units(sessions.tax_amount, staged.minor_unit_decimal)
                        else
                            rounded_quotient(
                                sign(sessions.amount_incl_tax)
                                * to_minor_units(reimbursement.amount_incl_tax, staged.minor_unit_decimal)
                                * to_minor_units(sessions.tax_amount, staged.minor_unit_decimal),
                                abs(to_minor_units(sessions.amount_incl_tax, staged.minor_unit_decimal))
                            )
                    end
            else
                rounded_quotient(
                    to_minor_units(reimbursement.amount_incl_tax, staged.minor_unit_decimal)
                    * to_micro_units(terms.tax_rate),
                    1000000 + to_micro_units(terms.tax_rate)
                )
        end as tax_minor
    from intermediate.attributed_reimbursement as reimbursement
    inner join main.sessions as sessions using (account, session_id)
    inner join intermediate.session_states as staged using (account, session_id)
    inner join intermediate.reimbursement_terms as terms using (account, session_id)
    where reimbursement.attribution = 'stop'
),

of_months as (
    select
        months.account,
        months.session_id,
        months.month,
        months.basis,
        months.currency,
        months.energy_kwh,
        months.amount_incl_tax,
        months.price_incl_tax,
        months.unknown,
        whole_sessions.minor_unit_decimal,
        whole_sessions.tax_minor,
        case
            when whole_sessions.amount_minor <> 0
                then
                    sign(whole_sessions.amount_minor) * whole_sessions.tax_minor
                    * to_minor_units(months.amount_incl_tax, whole_sessions.minor_unit_decimal)
            when months.month = max(months.month) over whole_session then whole_sessions.tax_minor
            else 0
        end as numerator,
        coalesce(nullif(abs(whole_sessions.amount_minor), 0), 1) as denominator
    from intermediate.attributed_reimbursement as months
    cross join facts.settings as settings
    inner join whole_sessions using (account, session_id)
    where months.attribution = settings.claim_attribution
    window whole_session as (
        partition by months.account, months.session_id
    )
),

shared as (
    select
        *,
        largest_remainder_share(
            floor_quotient(numerator, denominator),
            row_number() over by_remainder,
            tax_minor,
            sum(floor_quotient(numerator, denominator)) over siblings
        ) as tax_of_month
    from of_months
    window
        siblings as (
            partition by account, session_id
        ),
        by_remainder as (
            partition by account, session_id
            order by quotient_remainder(numerator, denominator) desc, month asc
        )
)

select
    account,
    session_id,
    month,
    basis,
    currency,
    energy_kwh,
    amount_incl_tax,
    from_minor_units(tax_of_month, minor_unit_decimal) as tax_amount,
    price_incl_tax,
    unknown
from shared
