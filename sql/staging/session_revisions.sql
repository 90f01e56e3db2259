-- name: staging.session_revisions
-- grain: one revision of a finished session: a change of its figures
-- purpose: the figures that a corrected session had before, and their document
-- columns:
--   account              text, the logbook's account
--   session_id           text, the operator's id
--   revision             whole number, 1 for the figures as first seen finished
--   document_sha256      hex, the first document with these figures
--   fetched_at           time of that document; null for an imported answer without a time
--   started_at           time
--   stopped_at           time
--   energy_kwh           kWh
--   currency             ISO 4217 code
--   amount_incl_tax      currency units
with compared as (
    select
        *,
        lag((started_at, stopped_at, energy_wh, currency, bill_minor)) over (
            partition by account, session_id
            order by place
        ) as figures_before
    from staging.session_documents
    where is_finished
),

changed as (
    select
        account,
        session_id,
        cast(row_number() over (
            partition by account, session_id
            order by place
        ) as integer) as revision,
        document_sha256,
        fetched_at,
        started_at,
        stopped_at,
        cast(cast(energy_wh as decimal(38, 0)) * 0.001 as decimal(18, 3)) as energy_kwh,
        currency,
        from_minor_units(bill_minor, minor_unit_decimal) as amount_incl_tax
    from compared
    where (started_at, stopped_at, energy_wh, currency, bill_minor) is distinct from figures_before
)

select * from changed
