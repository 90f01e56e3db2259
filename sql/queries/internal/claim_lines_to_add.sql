-- name: claim_lines_to_add
-- grain: one session, local month, car and currency to claim now
-- purpose: the lines of a new claim: the sessions of its month, and the corrections of months claimed before
-- parameters:
--   account             text, the logbook's account
--   car                 text, the car to claim for; null: all cars
--   month               first day of the month to claim; null: corrections only
-- columns:
--   account             text, the logbook's account
--   session_id          text, the operator's id
--   month               first day of the local month
--   car                 text, the car's name; empty if none was assigned
--   currency            ISO 4217 code
--   due_energy_kwh      kWh, by the newest figures minus what was claimed
--   due_incl_tax        currency units, by the newest figures minus what was claimed; null if unknown
--   due_tax_amount      currency units, by the newest figures minus what was claimed; null if unknown
--   claimed_energy_kwh  kWh, of all claims so far
--   claimed_incl_tax    currency units, of all claims so far
--   claimed_tax_amount  currency units, of all claims so far, as far as known
--   energy_kwh          kWh, by the newest figures; 0 for what is no longer claimed
--   amount_incl_tax     currency units, by the newest figures; 0 for what is no longer claimed; null if unknown
--   tax_amount          currency units, by the newest figures; 0 for what is no longer claimed; null if unknown
--   is_month_claimed    flag: a claim of the month, not reversed, covers the car, so that this is a correction
--   corrects            number of the newest claim that it differs from; null if there is none
--   reason              text, why it differs: late, moved, corrected, withdrawn or repriced; null if not claimed yet
--   ground              text, completes the reason: why it is withdrawn or included; null if nothing does
--   detail              text, completes the ground: a person's reason, the car or the rule; null if nothing does
--   held_back           text, what holds it back; null, for else it is not among these lines
--   started_at          time
--   stopped_at          time
--   kind                text, private, public, or another that the operator sends
--   charge_point        text, the charge point's name; of a public session its address
--   evse                text, the EVSE's identifier
--   tax_name            text, for example Moms
--   tax_rate            fraction, for example 0.25; null where unknown
--   note                text, the driver's own
--   revision            of the session's figures
--   document_sha256     hex, the document of the figures
--   curve_sha256        hex, the document of the power history; null without one
--   basis               text, billed, rate, electricity_cost or spot
--   price_incl_tax      currency units per kWh
--   minimum_price       currency units, the tariff's, where the amount is that; else null
--   tax_refund          currency units per kWh, the refund of electricity tax that is subtracted; null without one
--   is_imported         flag: only imports state the figures
--   tags                list of the tags that the user gave it, in alphabetical order
select
    due.*,
    sessions.started_at,
    sessions.stopped_at,
    sessions.kind,
    sessions.charge_point,
    sessions.evse,
    sessions.tax_name,
    sessions.tax_rate,
    sessions.note,
    sessions.revision,
    sessions.document_sha256,
    sessions.curve_sha256,
    claim_values.basis,
    claim_values.price_incl_tax,
    case when claim_values.basis = 'billed' and audits.verdict = 'minimum price' then audits.minimum_price end
        as minimum_price,
    cast(nullif(terms.refund_micro, 0) * 0.000001 as decimal(18, 6)) as tax_refund,
    imported.session_id is not null as is_imported,
    claimable.tags
from claim_lines_due as due
left join sessions using (account, session_id)
left join claimable_sessions as claimable using (account, session_id)
left join intermediate.claim_values as claim_values using (account, session_id, month)
left join bill_audit as audits using (account, session_id)
left join intermediate.reimbursement_terms as terms using (account, session_id)
left join intermediate.imported_sessions as imported using (account, session_id)
where
    due.account = $account
    and due.held_back is null
    and coalesce(due.car = $car, true)
    and (due.is_month_claimed or coalesce(due.month = $month, false))
order by due.is_month_claimed, due.month, sessions.stopped_at, due.session_id, due.car, due.currency
