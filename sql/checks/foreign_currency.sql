-- name: checks.foreign_currency
-- severity: warning
-- grain: one finding
-- purpose: Every session is billed in the account's own currency.
select
    account,
    month,
    session_id,
    concat_ws(' ', currency, home_currency) as cause,
    'It was billed as ' || amount_text(amount_incl_tax, currency) || '. It is not added to amounts in '
    || home_currency || ', and the tax in it is '
    || case when tax_amount is null then 'not known' else 'another country''s' end
    || '. Attach its receipt to the claim: ladebog claim attach FILE' as detail
from intermediate.stopped_sessions
where currency <> home_currency
