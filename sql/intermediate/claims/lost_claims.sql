-- name: intermediate.lost_claims
-- grain: one claim that was made and whose folder is missing from claims/, or is that of another claim
-- purpose: claims that would be made a second time
-- columns:
--   account          text, the logbook's account
--   number           the claim's number
--   manifest_sha256  hex, over its manifest.json; null if only a mark of an older version knows it
--   month            first day of the local month that it claims; null if it claims none or that is unknown
--   made_on          local day; null if unknown
--   known_from       text, what knows it: journal/ or the last database
-- A claim that was lost before a later one was made is left out: the later claim states that the loss was accepted.
with known as (
    select
        account,
        number,
        manifest_sha256,
        month,
        made_on,
        'journal/' as known_from
    from facts.claim_records
    union all
    select
        account,
        number,
        manifest_sha256,
        null as month,
        null as made_on,
        'journal/' as known_from
    from facts.claim_marks
    union all
    select
        account,
        cast(link as integer) as number,
        sha256 as manifest_sha256,
        null as month,
        null as made_on,
        'the last database' as known_from
    from facts.lost_links
    where chain = 'claims'
),

newest as (
    select
        account,
        max(number) as number
    from facts.claims
    group by account
)

select
    known.account,
    known.number,
    max(known.manifest_sha256) as manifest_sha256,
    max(known.month) as month,
    max(known.made_on) as made_on,
    min(known.known_from) as known_from
from known
left join facts.claims as stored using (account, number)
left join newest on known.account = newest.account
where
    known.account in (select accounts.account from facts.accounts as accounts)
    and known.number >= coalesce(newest.number, 0)
    and (stored.number is null or stored.manifest_sha256 <> known.manifest_sha256)
group by known.account, known.number
