-- name: checks.uneven_periods
-- severity: warning
-- grain: one finding
-- purpose: The charging periods follow each other from the session's start to its stop, to within a second.
select
    sessions.account,
    sessions.month,
    sessions.session_id,
    concat_ws(' ', sums.gap_us, sums.overlap_us, sums.outside_us) as cause,
    items(
        'Its charging periods leave out {gap} seconds of it, count {overlap} twice, and have {outside} outside it.',
        'The bill counts; when its money was spent is known less exactly.',
        'Nothing needs to be done.'
    ) as sentences,
    items(
        number_parameter('gap', floor_quotient(sums.gap_us, 1000000)),
        number_parameter('overlap', floor_quotient(sums.overlap_us, 1000000)),
        number_parameter('outside', floor_quotient(sums.outside_us, 1000000))
    ) as parameters
from intermediate.stopped_sessions as sessions
inner join intermediate.session_period_sums as sums using (account, session_id)
where greatest(sums.gap_us, sums.overlap_us, sums.outside_us) > 1000000
