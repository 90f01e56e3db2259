-- name: known_links
-- grain: one link of a chain that the database has loaded, or knows to have been lost before it was built
-- purpose: what `ladebog verify` compares the files with, and what a rebuild takes over
-- columns:
--   chain    text, the folder: journal, raw or claims
--   account  text, the logbook's account; empty for the journal
--   link     text, number of the entry or claim, or file of the segment under raw/<account>
--   sha256   hex, the entry's own, over the whole segment, or over the claim's manifest.json
with entries as (
    select
        'journal' as chain,
        '' as account,
        cast(entry as varchar) as link,
        sha256
    from facts.journal_entries
),

segments as (
    select
        'raw' as chain,
        account,
        segment as link,
        sha256
    from facts.segments
    where sha256 is not null
),

claims as (
    select
        'claims' as chain,
        account,
        cast(number as varchar) as link,
        manifest_sha256 as sha256
    from facts.claims
)

select * from entries
union all
select * from segments
union all
select * from claims
union all
select * from facts.lost_links
order by chain, account, length(link), link
