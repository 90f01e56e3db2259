-- name: claimable_sessions
-- grain: one finished charging session
-- purpose: whether a session goes on a claim, and the reason that a report prints
-- key: account, session_id
-- refresh: session
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   car          text, the car's name; null if no one assigned one
--   is_claimed   flag: the session goes on a claim
--   ground       text, what decides: decision, private car, rule, no car or unknown car; null if nothing does
--   detail       text, completes the ground: a person's reason, the car or the rule's place; null if nothing does
--   reason       text, why it does or does not
--   tags         list of the tags that the user gave it, in alphabetical order
-- The newest decision to include or exclude counts. Without one, a private car's session is not claimed; otherwise the
-- first rule that decides counts; otherwise the session is claimed. If the settings have cars, a session that no person
-- included is claimed only if it has one of them.
with tagged as (
    select
        account,
        session_id,
        sorted_set(value) as tags
    from facts.decisions
    where action = 'tag'
    group by account, session_id
),

known_cars as (
    select count(*) as cars from facts.cars
),

grounds as (
    select
        sessions.account,
        sessions.session_id,
        sessions.car,
        decided.action,
        decided.reason as decision_reason,
        rules.claim_rule,
        rules.is_claimed as is_claimed_by_rule,
        rules.car_reason,
        tagged.tags,
        case
            when decided.action is not null then 'decision'
            when cars.owner = 'private' then 'private car'
            when not rules.is_claimed then 'rule'
            when sessions.car is null and known_cars.cars > 0 then 'no car'
            when sessions.car is not null and cars.car is null then 'unknown car'
            when rules.is_claimed then 'rule'
        end as ground
    from sessions
    cross join known_cars
    left join facts.cars as cars using (car)
    left join intermediate.session_rules as rules using (account, session_id)
    left join staging.session_decisions as decided using (account, session_id)
    left join tagged using (account, session_id)
),

judged as (
    select
        account,
        session_id,
        car,
        case ground
            when 'decision' then action = 'include'
            when 'rule' then is_claimed_by_rule
            else ground is null
        end as is_claimed,
        ground,
        case ground
            when 'decision' then decision_reason
            when 'rule' then cast(claim_rule as varchar)
            when 'private car' then car
            when 'unknown car' then car
        end as detail,
        case ground
            when 'decision' then action || 'd: ' || decision_reason
            when 'private car' then 'car ' || car || ' is private'
            when 'rule' then 'rule ' || claim_rule
            when 'no car' then 'no car assigned'
            when 'unknown car' then 'car ' || car || ' is not in the settings'
            else
                'no rule excludes it'
                || case when car_reason = 'the only car' then '; ' || car || ' is the only car' else '' end
        end as reason,
        or_empty(tags) as tags
    from grounds
)

select * from judged
