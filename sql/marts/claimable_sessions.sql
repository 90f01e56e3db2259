-- name: claimable_sessions
-- grain: one finished charging session
-- purpose: whether a session goes on a claim, and the reason that a report prints
-- key: account, session_id
-- refresh: session
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   car          text, the car's name; null where nobody assigned one
--   is_claimed   flag: the session goes on a claim
--   ground       text, what decides: decision, private car, rule, no car or unknown car; null where nothing does
--   because      text, completes the ground: what a person said, the car, the rule's place; null where nothing does
--   reason       text, why it does or does not
--   tags         list of the tags that it was given, in alphabetical order
-- The newest decision to include or exclude counts; without one, a private car's session is out, then the first rule
-- that says so decides, then the session is in. Whatever no person included needs a car of the settings to be in,
-- unless they name no car at all.
with decided as (
    select
        account,
        session_id,
        arg_max(action, entry) as action,
        arg_max(reason, entry) as reason
    from facts.decisions
    where action in ('exclude', 'include')
    group by account, session_id
),

tagged as (
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
        decided.reason as decided_because,
        rules.claim_rule,
        rules.is_claimed as rule_says,
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
    left join decided using (account, session_id)
    left join tagged using (account, session_id)
),

judged as (
    select
        account,
        session_id,
        car,
        case ground
            when 'decision' then action = 'include'
            when 'rule' then rule_says
            else ground is null
        end as is_claimed,
        ground,
        case ground
            when 'decision' then decided_because
            when 'rule' then cast(claim_rule as varchar)
            when 'private car' then car
            when 'unknown car' then car
        end as because,
        case ground
            when 'decision' then action || 'd: ' || decided_because
            when 'private car' then 'car ' || car || ' is private'
            when 'rule' then 'rule ' || claim_rule
            when 'no car' then 'no car assigned'
            when 'unknown car' then 'car ' || car || ' is not in the settings'
            else 'no rule says otherwise'
        end as reason,
        or_empty(tags) as tags
    from grounds
)

select * from judged
