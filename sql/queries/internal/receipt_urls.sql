-- name: receipt_urls
-- grain: one public session with a receipt
-- purpose: where the receipts of some sessions can be fetched
-- parameters:
--   account      text, the logbook's account
--   session_ids  list of the operator's ids
-- columns:
--   session_id   text, the operator's id
--   receipt_url  text, by the newest answer about the session that has one
select
    sessions.session_id,
    arg_max(facts.receipt_url, documents.place) as receipt_url
from sessions
inner join staging.session_documents as documents using (account, session_id)
inner join facts.session_facts as facts
    on documents.account = facts.account and documents.document_sha256 = facts.document_sha256
where
    sessions.account = $account
    and sessions.kind = 'public'
    and facts.receipt_url is not null
    and is_in_list($session_ids, sessions.session_id)
group by sessions.session_id
order by sessions.session_id
