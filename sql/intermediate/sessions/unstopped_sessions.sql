-- name: intermediate.unstopped_sessions
-- grain: one session that has not stopped
-- purpose: the sessions that are active, and those that the operator no longer has, so that nobody will see them stop
-- refresh: whole
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   month        first day of the local month in which it started, or was listed if it has no start; null where unknown
--   started_at   time; null until it is stated
--   is_gone      flag: the operator no longer finds it by its id, and the newest complete list of that month lacks it
-- One that is gone keeps no month open. It counts again when a list or an answer about it contains it again.
with active as (
    select
        sessions.account,
        sessions.session_id,
        first_of_month(
            coalesce(local_day(sessions.started_at, accounts.timezone), last_listed.listed_on)
        ) as month,
        sessions.started_at
    from intermediate.session_states as sessions
    inner join facts.accounts as accounts using (account)
    left join staging.last_listed as last_listed
        on sessions.account = last_listed.account and sessions.session_id = last_listed.session_id
    where sessions.is_active
),

last_answers as (
    select
        active.account,
        active.session_id,
        arg_max(
            documents.status, answer_order(documents.fetched_at, documents.segment, documents.line, documents.item)
        ) as status
    from active
    inner join main.documents as documents
        on active.account = documents.account and active.session_id = documents.key
    where documents.endpoint in ('session', 'session_history')
    group by active.account, active.session_id
),

assembled as (
    select
        active.account,
        active.session_id,
        active.month,
        active.started_at,
        last_answers.status = 404 and coalesce(is_in_list(newest_lists.missing, active.session_id), false) as is_gone
    from active
    inner join last_answers using (account, session_id)
    left join staging.newest_lists as newest_lists using (account, month)
)

select * from assembled
