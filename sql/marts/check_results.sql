-- name: check_results
-- grain: one finding
-- purpose: what is wrong with the archive (errors) or doubtful (warnings), by the rules in sql/checks/
-- key: finding_id
-- columns:
--   finding_id   12 hex digits; stays the same as long as the finding's cause does
--   rule         text, the name of the rule's file in sql/checks/
--   severity     text, error or warning
--   account      text, the logbook's account
--   month        first day of the local month that the session stopped in; null if it is not about a month
--   session_id   text, the operator's id; null if it is not about a session
--   detail       text, in English: the figures, and what to do
--   sentences    list of text, the detail's sentences with {name} where a parameter belongs
--   parameters   list of structs of text: each one's name, its kind (text, phrase, number, amount, minute, day or
--                duration), its value (a duration's in microseconds), and for an amount its unit, the currency
with findings as (
    select * from checks.findings
),

identified as (
    select
        left(
            text_sha256(
                concat_ws(
                    chr(10),
                    rule,
                    account,
                    coalesce(cast(month as varchar), ''),
                    coalesce(session_id, ''),
                    cause
                )
            ),
            12
        ) as finding_id,
        rule,
        severity,
        account,
        month,
        session_id,
        filled_sentences(sentences, parameter_texts(parameters)) as detail,
        known_items(sentences) as sentences,
        parameters
    from findings
)

select * from identified
