"""Which power history a session has: the finest of all that were seen with its start and stop."""

from decimal import Decimal

from pipeline.raw.answer import Answer
from tests.scenarios.small_archive import Json, SmallArchive, at, curve, detail, listed, listing, session, text

FINE, COARSE = [(0, 5.0), (1, 6.0), (2, 7.0)], [(0, 5.0), (2, 7.0)]


DetailCase = tuple[float, list[tuple[float, float]] | None, Json]

OTHER = [(0, 1.0), (1, 2.0), (2, 3.0)]
REPEATED = [(0, 1.0), (0, 2.0), (0, 3.0), (0, 4.0)]
UNSORTED = [(1, 4.0), (0, 9.0), (0, 2.0), (1, 3.0), (1, 5.0)]
STOPPED_EARLIER: Json = {"stoppedAt": text(at(59))}
ACTIVE: Json = {"status": "active", "stoppedAt": None}

# Details by the minute of their answer, each with its samples and its fields that differ from the default.
CASES: dict[str, tuple[list[DetailCase], list[tuple[float, float]]]] = {
    "the finest curve counts": ([(100, FINE, {}), (200, COARSE, {"energy": 9000})], FINE),
    "a finer curve that comes later counts": ([(100, COARSE, {}), (200, FINE, {})], FINE),
    "of two equally fine curves the newer counts": ([(100, FINE, {}), (200, OTHER, {})], OTHER),
    "of two equally fine curves the newer counts, in any order": ([(200, OTHER, {}), (100, FINE, {})], OTHER),
    "the finest curve has the most distinct times": ([(100, COARSE, {}), (200, REPEATED, {})], COARSE),
    "of samples at one time the last listed counts": ([(100, UNSORTED, {})], [(0, 2.0), (1, 5.0)]),
    "after a changed stop the old curve is ignored": ([(100, FINE, {}), (200, COARSE, STOPPED_EARLIER)], COARSE),
    "after a changed stop there may be no curve": ([(100, FINE, {}), (200, None, STOPPED_EARLIER)], []),
    "with the old stop the old curve counts again": (
        [(100, FINE, {}), (200, None, STOPPED_EARLIER), (300, [(0, 1.0)], {})],
        FINE,
    ),
    "after a changed start the old curve is ignored": ([(100, FINE, {}), (200, None, {"startedAt": text(at(-1))})], []),
    "a curve from an active session is ignored": ([(30, FINE, ACTIVE), (100, COARSE, {})], COARSE),
    "an empty curve": ([(100, [], {})], []),
}  # fmt: skip


def detail_answer(session_id: str, minutes: float, samples: list[tuple[float, float]] | None, fields: Json) -> Answer:
    stats = {} if samples is None else {"powerStats": curve(*samples)}
    return detail(session(session_id, **stats, **fields), at(minutes))


def power_samples(archive: SmallArchive) -> dict[str, list[tuple[float, float]]]:
    samples_found: dict[str, list[tuple[float, float]]] = {}
    for session_id, moment, power in archive.rows("select * exclude account from power_samples order by all"):
        samples_found.setdefault(session_id, []).append(((moment - at(0)).total_seconds() / 60, float(power)))
    return samples_found


def test_each_session_has_the_expected_curve(archive: SmallArchive) -> None:
    archive.build(
        *(detail_answer(case, *detail_case) for case, (details, _) in CASES.items() for detail_case in details)
    )
    samples_found = power_samples(archive)
    assert {case: samples_found.get(case, []) for case in CASES} == {
        case: expected for case, (_, expected) in CASES.items()
    }
    counts = dict(archive.rows("select session_id, power_samples from sessions"))
    assert counts == {case: len(expected) for case, (_, expected) in CASES.items()}


def test_the_curve_and_the_figures_may_come_from_two_documents(archive: SmallArchive) -> None:
    archive.add(detail_answer("1", 100, FINE, {}))
    archive.add(detail_answer("1", 200, COARSE, {"energy": 9000}))
    archive.build(listing(listed(session(energy=9000)), fetched_at=at(300)))
    samples_found = archive.rows(
        """
        select curves.fetched_at, figures.fetched_at, energy_kwh, revision
        from sessions
        inner join documents as curves on sessions.curve_sha256 = curves.sha256
        inner join documents as figures on sessions.document_sha256 = figures.sha256
        """
    )
    assert samples_found == [(at(100), at(200), Decimal(9), 2)]
