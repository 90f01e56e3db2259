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
--   is_too_far  flag: in order, but more than 10,000 km apart for each 30 days between them that have begun
-- Readings contradict each other where the later one is lower, where they differ on one day, or where they are too far
-- apart. Of several readings of a day the newest entry counts.
with readings as (
    select
        read_on,
        arg_max(kilometres, entry) as kilometres,
        abs(days_between(read_on, $read_on)) as days
    from facts.odometer
    where car = $car
    group by read_on
),

compared as (
    select
        *,
        case
            when read_on < $read_on then kilometres > $kilometres
            when read_on > $read_on then kilometres < $kilometres
            else kilometres <> $kilometres
        end as is_out_of_order,
        abs(kilometres - $kilometres) > 10000 * floor_quotient(days + 29, 30) as is_far
    from readings
)

select
    read_on,
    kilometres,
    not is_out_of_order as is_too_far
from compared
where is_out_of_order or is_far
order by days, read_on
limit 1
