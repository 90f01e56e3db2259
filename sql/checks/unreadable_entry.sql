-- name: checks.unreadable_entry
-- severity: warning
-- grain: one finding
-- purpose: A session's newest entry in the lists of sessions can be read, although its details make up for it.
select
    entries.account,
    first_of_month(local_day(coalesce(sessions.stopped_at, sessions.started_at), accounts.timezone)) as month,
    entries.session_id,
    entries.document_sha256 as cause,
    items(
        'Its entry in the list of sessions cannot be read: {fault}.',
        'Its newer details can, and they count.',
        'Its note, type, address and receipt are those of the last entry that could be read, if there was one.',
        'Nothing needs to be done.'
    ) as sentences,
    items(
        text_parameter('fault', entries.fault)
    ) as parameters
from staging.unreadable_entries as entries
inner join facts.accounts as accounts using (account)
left join intermediate.session_states as sessions using (account, session_id)
where entries.has_newer_details
