-- name: intermediate.reimbursement_terms
-- grain: one finished session
-- purpose: the terms of its reimbursement: the basis and the refund in force on the local day on which it stopped
-- refresh: session
-- columns:
--   account                   text, the logbook's account
--   session_id                text, the operator's id
--   month                     first day of the local month in which it stopped
--   basis                     text, billed, rate, electricity_cost or spot
--   currency                  ISO 4217 code, of the bill
--   minor_unit_decimal        digits of the currency's minor unit
--   energy_wh                 Wh that the basis counts; under rate without free and non-billable energy, at least 0
--   unpaid_wh                 Wh, free and non-billable energy, at most all of the session's
--   bill_minor                whole minor units
--   electricity_cost_nano     whole billionths of a currency unit; null where the operator does not track it
--   rate_micro                whole millionths of a currency unit per kWh; null for other bases than rate
--   refund_micro              whole millionths of a currency unit per kWh; 0 where nothing is subtracted
--   tax_rate                  fraction, the known rate of the tax in the bill; null where unknown
--   tax_factor_numerator      whole number; divided by the denominator it is 1 + tax rate
--   tax_factor_denominator    whole number
--   refunds_electricity_tax   flag of the charge point; null where unknown
--   is_refund_assumed         flag: the charge point says that electricity tax is refunded, and no setting how much
--   unknown                   text, why the amount cannot be computed; null if it can
-- Settings are in the account's currency, and so are the costs that the operator tracks. A session in another currency
-- has only its bill. A refund in the settings is subtracted whatever the charge point's flag is, which does not say
-- whether prices are before or after the refund; only a session that the operator calls public, at a charge point
-- without the flag, has none. Without a setting, the refund is 0 unless the flag is set. Where it
-- is, the refund is unknown, but 0 in Denmark from 2026 on, where at most 0.004 DKK per kWh is refunded, in practice
-- nothing.
with finished as (
    select
        sessions.account,
        sessions.session_id,
        sessions.currency,
        sessions.minor_unit_decimal,
        sessions.energy_wh,
        sessions.bill_minor,
        accounts.currency as own_currency,
        accounts.country,
        local_day(sessions.stopped_at, accounts.timezone) as stopped_on,
        to_nano_units(sessions.electricity_cost) as electricity_cost_nano,
        coalesce(sessions.free_energy_wh, 0) + coalesce(sessions.non_billable_energy_wh, 0) as unpaid_wh,
        charge_points.refunds_electricity_tax,
        coalesce(texts.type = 'public', not facts.is_personal, false) as is_public,
        charge_points.tax_rate,
        to_micro_units(charge_points.tax_rate) as tax_rate_micro
    from staging.sessions as sessions
    inner join facts.session_facts as facts using (account, session_id, document_sha256)
    inner join staging.session_texts as texts using (account, session_id)
    inner join facts.accounts as accounts using (account)
    inner join intermediate.session_charge_points as charge_points
        on sessions.account = charge_points.account and sessions.session_id = charge_points.session_id
    where sessions.is_finished
),

with_terms as (
    select
        finished.*,
        bases.basis,
        to_micro_units(bases.rate) as rate_micro,
        case
            when finished.is_public and not coalesce(finished.refunds_electricity_tax, false) then 0
            when refunds.per_kwh is not null then to_micro_units(refunds.per_kwh)
            when not coalesce(finished.refunds_electricity_tax, false) then 0
            when finished.country = 'DK' and finished.stopped_on >= date '2026-01-01' then 0
        end as refund_micro,
        coalesce(finished.refunds_electricity_tax, false) and refunds.per_kwh is null as is_refund_unset,
        common_divisor(1000000 + finished.tax_rate_micro, 1000000) as tax_divisor
    from finished
    inner join facts.reimbursement_bases as bases
        on
            finished.account = bases.account
            and finished.stopped_on >= bases.valid_from
            and finished.stopped_on < coalesce(bases.valid_to, date '9999-12-31')
    left join facts.tax_refunds as refunds
        on
            finished.account = refunds.account
            and finished.stopped_on >= refunds.valid_from
            and finished.stopped_on < coalesce(refunds.valid_to, date '9999-12-31')
),

judged as (
    select
        account,
        session_id,
        first_of_month(stopped_on) as month,
        basis,
        currency,
        minor_unit_decimal,
        case when basis = 'rate' then greatest(energy_wh - unpaid_wh, 0) else energy_wh end as energy_wh,
        least(unpaid_wh, energy_wh) as unpaid_wh,
        bill_minor,
        electricity_cost_nano,
        rate_micro,
        cast(refund_micro as decimal(38, 0)) as refund_micro,
        tax_rate,
        floor_quotient(1000000 + tax_rate_micro, tax_divisor) as tax_factor_numerator,
        floor_quotient(1000000, tax_divisor) as tax_factor_denominator,
        refunds_electricity_tax,
        is_refund_unset and refund_micro is not null as is_refund_assumed,
        case
            when refund_micro is null
                then
                    'the operator refunds electricity tax here: set [[account.' || account || '.tax_refund]]'
            when currency <> own_currency and (basis <> 'billed' or refund_micro <> 0)
                then 'the session is in ' || currency || ', the account in ' || own_currency
            when
                basis = 'electricity_cost'
                and (electricity_cost_nano is null or (electricity_cost_nano = 0 and energy_wh <> 0))
                then 'the operator tracks no cost of electricity here'
            when basis = 'spot' and energy_wh <> 0 and tax_rate_micro is null
                then 'the rate of tax is not known'
        end as unknown
    from with_terms
)

select * from judged
