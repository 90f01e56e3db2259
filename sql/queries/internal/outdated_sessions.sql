-- name: outdated_sessions
-- grain: one session
-- purpose: the sessions whose charge point's tax, name, refund or tariff is newer than that in the marts
-- columns:
--   account     text, the logbook's account
--   session_id  text, the operator's id
select
    sessions.account,
    sessions.session_id
from sessions
inner join intermediate.session_charge_points as charge_points using (account, session_id)
inner join intermediate.reimbursement_terms as terms using (account, session_id)
where
    terms.tax_rate is distinct from charge_points.tax_rate
    or sessions.charge_point is distinct from coalesce(charge_points.charge_point, sessions.charge_point)
    or terms.refunds_electricity_tax is distinct from charge_points.refunds_electricity_tax
union
select
    bill_audit.account,
    bill_audit.session_id
from bill_audit
left join intermediate.session_tariffs as tariffs using (account, session_id)
where bill_audit.tariff_sha256 is distinct from tariffs.tariff_sha256
