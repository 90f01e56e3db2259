-- name: facts.cars
-- grain: one car of the settings
-- purpose: the cars that sessions can be assigned to
-- columns:
--   car     text, its name
--   plate   text; empty where not given
--   owner   text, company or private
create table facts.cars (
    car varchar not null,
    plate varchar not null,
    owner varchar not null
);
