-- name: intermediate.evses
-- grain: one change of what the operator said about an EVSE of the driver's own
-- purpose: the name of a session's charge point, and the tax in force when it stopped
-- columns:
--   account            text, the logbook's account
--   evse_identifier    text, what sessions call the EVSE
--   document_sha256    hex, the document
--   charge_point       text, the charge point's name
--   fetched_at         time; null where an imported answer names none
--   place              whole number, 1 for the oldest document about the EVSE
--   tax_name           text, for example Moms
--   tax_rate           fraction, for example 0.25; null where not stated
--   refunds_electricity_tax   flag; null where not stated
with documents_with_evses as (
    select
        documents.account,
        evses.evse_identifier,
        evses.document_sha256,
        evses.charge_point,
        documents.fetched_at,
        row_number() over (
            partition by documents.account, evses.evse_identifier
            order by documents.fetched_at asc nulls first, documents.segment asc, documents.line asc, evses.evse_id asc
        ) as place,
        evses.tax_name,
        cast(evses.tax_percent * 0.01 as decimal(9, 6)) as tax_rate,
        evses.refunds_electricity_tax
    from main.documents
    inner join facts.evse_facts as evses
        on documents.account = evses.account and documents.sha256 = evses.document_sha256
    where documents.endpoint = 'charge_points' and documents.status = 200
)

select * from documents_with_evses
