-- name: facts.rules
-- grain: one rule of the settings
-- purpose: which car a session charged, and whether it goes on a claim
-- columns:
--   rule           its place in the settings, from 1
--   car            text; null if the rule names no car
--   claim          flag; null if the rule does not decide it
--   account        text; null for any
--   kind           text, private or public; null for any
--   charge_point   text; null for any
--   evse           text; null for any
--   weekdays       list of ISO weekdays, 1 for Monday; null for any
--   from_time      local time; null for any
--   to_time        local time, before which a session must start; null for any
--   minimum_kwh    kWh; null for any
create table facts.rules (
    rule integer not null,
    car varchar,
    claim boolean,
    account varchar,
    kind varchar,
    charge_point varchar,
    evse varchar,
    weekdays integer[],
    from_time time,
    to_time time,
    minimum_kwh decimal(18, 3)
);
