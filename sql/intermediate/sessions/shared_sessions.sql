-- name: intermediate.shared_sessions
-- grain: one finished session and another account that has the same one
-- purpose: the sessions that two accounts of the same operator have, which must not be claimed twice
-- columns:
--   account        text, the logbook's account
--   session_id     text, the operator's id
--   other_account  text, the other account
-- An operator is known by the host of the addresses that answered, or of the account where an imported answer has none.
-- The hosts that an account's operator has moved between are one operator.
with repeated as (
    select session_id
    from main.sessions
    group by session_id
    having count(*) > 1
),

answering as (
    select distinct
        documents.account,
        documents.key as session_id,
        coalesce(host_of(answers.url), host_of(accounts.url)) as host
    from main.documents as documents
    inner join repeated on documents.key = repeated.session_id
    inner join main.sessions as sessions on documents.account = sessions.account and documents.key = sessions.session_id
    inner join facts.answers as answers
        on
            documents.account = answers.account
            and documents.segment = answers.segment
            and documents.line = answers.line
    inner join facts.accounts as accounts on documents.account = accounts.account
    where documents.endpoint in ('session', 'session_history') and documents.status = 200
),

operators as (
    select distinct
        answering.account,
        answering.session_id,
        coalesce(hosts.operator, answering.host) as operator
    from answering
    left join facts.operator_hosts as hosts on answering.host = hosts.host
),

pairs as (
    select distinct
        ones.account,
        ones.session_id,
        others.account as other_account
    from operators as ones
    inner join operators as others on ones.session_id = others.session_id and ones.operator = others.operator
    where ones.account <> others.account
)

select * from pairs
