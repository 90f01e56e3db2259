-- name: staging.session_texts
-- grain: one session
-- purpose: texts that only listings or only details contain, each from the newest document that has it
-- columns:
--   account         text, the logbook's account
--   session_id      text, the operator's id
--   type            text, private, public, or another that the operator sends
--   address         text, of a private session its charge point's name
--   note            text, the driver's own
--   tax_name        text, for example Moms
with facts_in_order as (
    select
        documents.account,
        documents.session_id,
        documents.place,
        documents.source,
        facts.type,
        facts.address,
        facts.note,
        facts.tax_name
    from staging.session_documents as documents
    inner join facts.session_facts as facts using (account, document_sha256)
),

newest_texts as (
    select
        account,
        session_id,
        arg_max(type, place) filter (where type <> '') as type,
        arg_max(address, place) filter (where address is not null) as address,
        value_at_highest(note, place, source = 'listing') as note,
        arg_max(tax_name, place) filter (where tax_name is not null) as tax_name
    from facts_in_order
    group by account, session_id
)

select * from newest_texts
