-- name: odometer_list
-- grain: one car and day with a reading
-- purpose: the odometer readings that count, as `ladebog odometer` prints them
-- parameters:
--   car         text, the car's name; null: all cars
-- columns:
--   car         text, the car's name
--   day         local day
--   kilometres  whole kilometres
select
    car,
    read_on as day,
    arg_max(kilometres, entry) as kilometres
from facts.odometer
where coalesce(car = $car, true)
group by car, read_on
order by car, read_on
