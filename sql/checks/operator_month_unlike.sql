-- name: checks.operator_month_unlike
-- severity: warning
-- grain: one finding
-- purpose: A closed month's energy at a charge point and the operator's own sum differ by no more than 1 % and 0.1 kWh.
-- The operator states the sum of the month before. Early in a month it may be incomplete, so the last answer of a month
-- counts, and only if it came when the month could be closed. A session belongs to the month in which it stopped.
with answers as (
    select
        documents.account,
        evses.charge_point_id,
        evses.charge_point,
        evses.last_month_energy_kwh,
        first_of_month(local_day(documents.fetched_at, accounts.timezone)) as stated_in,
        row_number() over (
            partition by
                documents.account,
                evses.charge_point_id,
                first_of_month(local_day(documents.fetched_at, accounts.timezone))
            order by documents.fetched_at desc, documents.segment desc, documents.line desc, evses.evse_id asc
        ) as age
    from main.documents
    inner join facts.accounts as accounts using (account)
    cross join facts.settings as settings
    inner join facts.evse_facts as evses
        on documents.account = evses.account and documents.sha256 = evses.document_sha256
    where
        documents.endpoint = 'charge_points'
        and documents.status = 200
        and documents.fetched_at >= hours_after(
            local_midnight(first_of_month(local_day(documents.fetched_at, accounts.timezone)), accounts.timezone),
            settings.closed_after_hours
        )
        and evses.last_month_energy_kwh is not null
),

stated as (
    select
        account,
        charge_point_id,
        charge_point,
        cast(stated_in - interval 1 month as date) as month,
        cast(last_month_energy_kwh * 1000 as decimal(38, 0)) as stated_wh
    from answers
    where age = 1
),

evses as (
    select distinct
        account,
        charge_point_id,
        evse_identifier
    from intermediate.evse_limits
),

archived as (
    select
        sessions.account,
        evses.charge_point_id,
        sessions.month,
        sum(cast(sessions.energy_kwh * 1000 as decimal(38, 0))) as energy_wh
    from intermediate.stopped_sessions as sessions
    inner join evses on sessions.account = evses.account and sessions.evse = evses.evse_identifier
    group by sessions.account, evses.charge_point_id, sessions.month
),

compared as (
    select
        stated.*,
        coalesce(archived.energy_wh, 0) as archived_wh
    from stated
    inner join main.month_states as states using (account, month)
    left join archived using (account, charge_point_id, month)
    where states.is_closed
)

select
    account,
    month,
    cast(null as varchar) as session_id,
    concat_ws(' ', charge_point_id, stated_wh, archived_wh) as cause,
    'At ' || coalesce(charge_point, charge_point_id) || ' the operator counts '
    || cast(stated_wh * 0.001 as decimal(18, 3)) || ' kWh, the archive ' || cast(archived_wh * 0.001 as decimal(18, 3))
    || ' kWh. Look for missing sessions with: ladebog extract --since ' || month || ' --until ' || last_day(month)
        as detail
from compared
where abs(stated_wh - archived_wh) * 100 > stated_wh + 10000
