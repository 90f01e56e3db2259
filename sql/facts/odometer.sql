-- name: facts.odometer
-- grain: one reading in the journal
-- purpose: the cars' odometer readings; of several readings on one day the newest entry counts
-- columns:
--   entry        place in the journal, from 1
--   car          text, its name
--   read_on      local day
--   kilometres   km
create table facts.odometer (
    entry integer not null,
    car varchar not null,
    read_on date not null,
    kilometres integer not null
);
