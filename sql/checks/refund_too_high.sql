-- name: checks.refund_too_high
-- severity: warning
-- grain: one finding
-- purpose: No more electricity tax is subtracted as refunded than there is, less the part that is never refunded.
-- In Denmark that part is 0.004 DKK per kWh, and the tax is 0.008 from 2026 on: a refund of 2025 that goes on subtracts
-- far too much. Each month and setting has one finding.
with subtracted as (
    select
        sessions.account,
        sessions.month,
        refunds.per_kwh,
        refunds.valid_from as refunded_from,
        taxes.per_kwh - 0.004 as highest_per_kwh,
        taxes.valid_from as taxed_from,
        taxes.currency
    from intermediate.stopped_sessions as sessions
    inner join facts.accounts as accounts using (account)
    inner join seeds.electricity_taxes as taxes
        on
            accounts.country = taxes.country
            and accounts.currency = taxes.currency
            and local_day(sessions.stopped_at, sessions.timezone) >= taxes.valid_from
            and local_day(sessions.stopped_at, sessions.timezone) < taxes.valid_to
    inner join facts.tax_refunds as refunds
        on
            sessions.account = refunds.account
            and local_day(sessions.stopped_at, sessions.timezone) >= refunds.valid_from
            and local_day(sessions.stopped_at, sessions.timezone) < coalesce(refunds.valid_to, date '9999-12-31')
    where refunds.per_kwh > taxes.per_kwh - 0.004
)

select
    account,
    month,
    cast(null as varchar) as session_id,
    concat_ws(' ', cast(per_kwh as varchar), refunded_from, taxed_from, count(*)) as cause,
    items(
        case count(*)
            when 1
                then
                    'From 1 session {rate} {currency} per kWh is subtracted as refunded electricity tax, by the '
                    || '[[account.{account}.tax_refund]] of {refunded_from}, but from {taxed_from} on at most '
                    || '{highest} is refunded.'
            else
                'From {sessions} sessions {rate} {currency} per kWh is subtracted as refunded electricity tax, by the '
                || '[[account.{account}.tax_refund]] of {refunded_from}, but from {taxed_from} on at most {highest} '
                || 'is refunded.'
        end,
        'Add another to ladebog.toml, with valid_from = {valid_from} and as per_kwh what the operator pays, '
        || '0 if nothing.'
    ) as sentences,
    items(
        number_parameter('sessions', count(*)),
        number_parameter('rate', amount_digits(per_kwh)),
        text_parameter('currency', currency),
        text_parameter('account', account),
        day_parameter('refunded_from', refunded_from),
        day_parameter('taxed_from', taxed_from),
        number_parameter('highest', amount_digits(highest_per_kwh)),
        text_parameter('valid_from', day_text(greatest(refunded_from, taxed_from)))
    ) as parameters
from subtracted
group by account, month, per_kwh, refunded_from, highest_per_kwh, taxed_from, currency
