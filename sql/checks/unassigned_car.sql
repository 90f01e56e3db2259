-- name: checks.unassigned_car
-- severity: error
-- grain: one finding
-- purpose: If the settings have several cars, a rule or a person assigned one to each session.
-- A session that a rule or a person keeps off claims needs no car.
with several_cars as (
    select count(*) as cars
    from facts.cars
    having count(*) > 1
)

select
    sessions.account,
    sessions.month,
    sessions.session_id,
    'no car' as cause,
    items(
        'It is unknown which of the {cars} cars was charged with its {energy} kWh.',
        'Assign one with: ladebog session assign --reason TEXT {session} CAR (or by a [[rule]] in ladebog.toml)'
    ) as sentences,
    items(
        number_parameter('cars', several_cars.cars),
        number_parameter('energy', sessions.energy_kwh),
        text_parameter('session', operand(sessions.session_id))
    ) as parameters
from intermediate.stopped_sessions as sessions
inner join main.claimable_sessions as claimable using (account, session_id)
cross join several_cars
where claimable.car is null and (claimable.is_claimed or claimable.reason = 'no car assigned')
