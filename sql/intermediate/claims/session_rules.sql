-- name: intermediate.session_rules
-- grain: one finished session
-- purpose: which rules of the settings decide about a session: for its car and for the claim, the first that says so
-- refresh: session
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   car_rule     place of the first rule met that names a car; null where none does
--   car          text, the car that it names
--   claim_rule   place of the first rule met that says whether to claim; null where none does
--   is_claimed   flag, what it says
-- Kind and charge point are those of the mart sessions. Weekday and hours are local and of the session's start.
with finished as (
    select
        sessions.account,
        sessions.session_id,
        coalesce(texts.type, case when facts.is_personal then 'private' else 'public' end) as kind,
        coalesce(charge_points.charge_point, texts.address) as charge_point,
        facts.evse_identifier as evse,
        sessions.started_at,
        accounts.timezone,
        cast(cast(sessions.energy_wh as decimal(38, 0)) * 0.001 as decimal(18, 3)) as energy_kwh
    from staging.sessions as sessions
    inner join facts.accounts as accounts on sessions.account = accounts.account
    inner join facts.session_facts as facts
        on sessions.account = facts.account and sessions.document_sha256 = facts.document_sha256
    inner join intermediate.session_charge_points as charge_points
        on sessions.account = charge_points.account and sessions.session_id = charge_points.session_id
    inner join staging.session_texts as texts
        on sessions.account = texts.account and sessions.session_id = texts.session_id
    where sessions.is_finished
),

with_rules_met as (
    select
        finished.account,
        finished.session_id,
        rules.rule,
        rules.car,
        rules.claim
    from finished
    left join facts.rules as rules
        on
            (rules.account is null or finished.account = rules.account)
            and (rules.kind is null or finished.kind = rules.kind)
            and (rules.charge_point is null or finished.charge_point = rules.charge_point)
            and (rules.evse is null or finished.evse = rules.evse)
            and (
                rules.weekdays is null
                or list_contains(rules.weekdays, local_weekday(finished.started_at, finished.timezone))
            )
            and (
                rules.from_time is null
                or is_within_hours(finished.started_at, finished.timezone, rules.from_time, rules.to_time)
            )
            and (rules.minimum_kwh is null or finished.energy_kwh >= rules.minimum_kwh)
),

first_rules as (
    select
        account,
        session_id,
        min(rule) filter (where car is not null) as car_rule,
        arg_min(car, rule) filter (where car is not null) as car,
        min(rule) filter (where claim is not null) as claim_rule,
        arg_min(claim, rule) filter (where claim is not null) as is_claimed
    from with_rules_met
    group by account, session_id
)

select * from first_rules
