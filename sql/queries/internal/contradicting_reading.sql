-- name: contradicting_reading
-- grain: at most one reading
-- purpose: the nearest odometer reading that a new one contradicts
-- parameters:
--   car         text, the car's name
--   kilometres  whole kilometres of the new reading
--   read_on     day of the new reading
-- columns:
--   read_on     day of the reading
--   kilometres  whole kilometres
-- Readings contradict each other where the later one is lower, or where they differ on one day.
-- Of several readings of a day the newest entry counts.
select
    read_on,
    arg_max(kilometres, entry) as kilometres
from facts.odometer
where car = $car
group by read_on
having
    case
        when read_on < $read_on then arg_max(kilometres, entry) > $kilometres
        when read_on > $read_on then arg_max(kilometres, entry) < $kilometres
        else arg_max(kilometres, entry) <> $kilometres
    end
order by abs(days_between(read_on, $read_on)), read_on
limit 1
