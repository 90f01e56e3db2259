-- name: intermediate.session_rules
-- grain: one finished session
-- purpose: which car a session charged, and which rule of the settings decides whether it is claimed
-- refresh: session
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   car          text, the car's name; null if none was assigned and the settings do not have exactly one car
--   car_reason   text, for example "assigned: took the van", "rule 2" or "the only car"; null without a car
--   claim_rule   place of the first matching rule that decides whether to claim; null if none does
--   is_claimed   flag, what that rule states
-- The car is the one that a person assigned last, else the one that the first matching rule names, else the only car.
-- Kind and charge point are those of the mart sessions. Weekday and hours are local, at the session's start.
with finished as (
    select
        sessions.account,
        sessions.session_id,
        coalesce(texts.type, case when facts.is_personal then 'private' else 'public' end) as kind,
        coalesce(charge_points.charge_point, texts.address) as charge_point,
        sessions.evse_identifier as evse,
        sessions.started_at,
        accounts.timezone,
        cast(cast(sessions.energy_wh as decimal(38, 0)) * 0.001 as decimal(18, 3)) as energy_kwh
    from staging.sessions as sessions
    inner join facts.accounts as accounts using (account)
    inner join facts.session_facts as facts using (account, document_sha256)
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
                or is_in_list(rules.weekdays, local_weekday(finished.started_at, finished.timezone))
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
),

assigned as (
    select
        account,
        session_id,
        arg_max(value, entry) as car,
        arg_max(reason, entry) as reason
    from facts.decisions
    where action = 'assign'
    group by account, session_id
),

only_car as (
    select min(car) as car
    from facts.cars
    having count(*) = 1
),

with_cars as (
    select
        rules.account,
        rules.session_id,
        coalesce(assigned.car, rules.car, only_car.car) as car,
        case
            when assigned.car is not null then 'assigned: ' || assigned.reason
            when rules.car is not null then 'rule ' || rules.car_rule
            when only_car.car is not null then 'the only car'
        end as car_reason,
        rules.claim_rule,
        rules.is_claimed
    from first_rules as rules
    left join assigned using (account, session_id)
    left join only_car on true
)

select * from with_cars
