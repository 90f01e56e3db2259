-- name: intermediate.session_cars
-- grain: one finished session
-- purpose: which car a session charged: whom a person assigned last, else whom the rules name, else the only car
-- columns:
--   account      text, the logbook's account
--   session_id   text, the operator's id
--   car          text, the car's name; null where there are several cars, or none, and nobody assigned one
--   why          text, for example "assigned: took the van", "rule 2" or "the only car"; null without a car
with assigned as (
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

chosen as (
    select
        rules.account,
        rules.session_id,
        coalesce(assigned.car, rules.car, only_car.car) as car,
        case
            when assigned.car is not null then 'assigned: ' || assigned.reason
            when rules.car is not null then 'rule ' || rules.car_rule
            when only_car.car is not null then 'the only car'
        end as why
    from intermediate.session_rules as rules
    left join assigned
        on rules.account = assigned.account and rules.session_id = assigned.session_id
    left join only_car on true
)

select * from chosen
