-- name: staging.electricity_tax_additions
-- grain: one addition of the settings whose name is, or may be, that of the electricity tax, and the days it holds
-- purpose: which additions replace the electricity tax of the seeds, and which look as if they should
-- refresh: whole
-- columns:
--   account      text, the logbook's account
--   name         text
--   valid_from   first local day
--   valid_to     first local day on which it no longer holds; null while it does
--   is_certain   flag: it is the name, in English or Danish, whatever its case, spaces and signs
with spelled as (
    select distinct
        account,
        name,
        letters_and_digits(name) as spelling,
        valid_from,
        valid_to
    from facts.price_additions
),

judged as (
    select
        account,
        name,
        valid_from,
        valid_to,
        spelling in ('electricitytax', 'elafgift') as is_certain,
        levenshtein(spelling, 'electricitytax') <= 2
        or levenshtein(spelling, 'elafgift') <= 1
        or spelling in ('tax', 'afgift', 'afgiften', 'afgifter', 'statsafgift')
        or has_match(
            spelling,
            '(el|electric|electrical|electricity|elektricitet|energi|energy|power|strøm|strom)s?(afgift|skat|tax|duty)'
        ) as is_similar
    from spelled
)

select
    account,
    name,
    valid_from,
    valid_to,
    is_certain
from judged
where is_certain or is_similar
