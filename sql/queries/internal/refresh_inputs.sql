-- name: refresh_inputs
-- grain: one row
-- purpose: what the marts were computed from, and what is loaded now
-- columns:
--   models               hex, hash of the models then; null before the first refresh
--   settings             hex, hash of the settings then; null before the first refresh
--   loaded_lines         lines and entries that were loaded then
--   loaded_now           lines and entries that are loaded now
--   price_documents      documents about charge points and prices that were loaded then
--   price_documents_now  documents about charge points and prices that are loaded now
select
    models,
    settings,
    loaded_lines,
    (select coalesce(sum(segments.lines), 0) from facts.segments as segments)
    + (select count(*) from facts.decisions)
    + (select count(*) from facts.odometer)
    + (select count(*) from facts.claims)
    + (select count(*) from facts.claim_records)
    + (select count(*) from facts.claim_marks) as loaded_now,
    price_documents,
    (
        select count(*)
        from documents as documents
        where documents.endpoint in ('charge_points', 'price_periods')
    ) as price_documents_now
from facts.settings
