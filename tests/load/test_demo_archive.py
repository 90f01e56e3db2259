"""Extract, load and transform of the demo tenant: the marts agree with each other and with the tenant."""

from datetime import date

from pipeline.database import models
from tests.demo import expected_marts
from tests.scenarios.demo_archive import DemoArchive


def test_every_key_is_unique_and_not_null(fetched_demo: DemoArchive) -> None:
    with fetched_demo.reading() as connection:
        for model in models.marts():
            key = ", ".join(model.key)
            nulls = " or ".join(f"{column} is null" for column in model.key)
            duplicates = f"select {key} from {model.name} group by {key} having count(*) > 1"  # noqa: S608
            missing = f"select {key} from {model.name} where {nulls}"  # noqa: S608
            assert (connection.execute(duplicates).fetchall(), connection.execute(missing).fetchall()) == ([], []), (
                model.name
            )
            first_row = connection.execute(f"select 1 from {model.name} limit 1").fetchall()  # noqa: S608
            assert bool(first_row) != (model.name == "claims"), f"{model.name} has no row"


def test_the_parts_of_each_mart_sum_to_the_whole(fetched_demo: DemoArchive) -> None:
    pairs = [
        (
            "select session_id, sum(energy_kwh) from charging_periods group by 1",
            "select session_id, energy_kwh from sessions semi join charging_periods using (account, session_id)",
        ),
        *(
            (
                f"select first_of_month(day), currency, sum(energy_kwh), sum(amount_incl_tax) from days{twin} "  # noqa: S608
                "group by all",
                f"select month, currency, energy_kwh, amount_incl_tax from months{twin}",  # noqa: S608
            )
            for twin in ("", "_split")
        ),
        (
            "select currency, sum(sessions), sum(amount_incl_tax) from months group by 1",
            "select currency, count(*), sum(amount_incl_tax) from sessions group by 1",
        ),
        *(
            (
                f"select sum(energy_kwh), sum(amount_incl_tax) from {mart} group by currency",  # noqa: S608
                "select sum(energy_kwh), sum(amount_incl_tax) from sessions group by currency",
            )
            for mart in ("months", "months_split", "days", "days_split")
        ),
        *(
            (
                f"select sum(spot_amount_excl_tax), sum(amount_incl_tax) from {mart} group by currency",  # noqa: S608
                "select sum(spot_amount), sum(amount_incl_tax) from intermediate.session_prices group by currency",
            )
            for mart in ("month_prices", "month_prices_split")
        ),
    ]
    with fetched_demo.reading() as connection:
        for sums, totals in pairs:
            expected, found = (connection.execute(f"{query} order by all").fetchall() for query in (totals, sums))
            assert expected == found


def test_tax_plus_net_is_the_bill(fetched_demo: DemoArchive) -> None:
    with fetched_demo.reading() as connection:
        query = "select session_id from sessions where tax_amount + amount_excl_tax <> amount_incl_tax"
        assert connection.execute(query).fetchall() == []


def test_nothing_is_in_quarantine_or_missing(fetched_demo: DemoArchive) -> None:
    [active] = expected_marts.active(fetched_demo.tenant)
    with fetched_demo.reading() as connection:
        query = "select quarantined, details_missing, active, last_outcome, last_closed_month from account_states"
        states = connection.execute(query).fetchall()
        still_open = connection.execute("select month from month_states where not is_closed").fetchall()
    assert [(0, 0, [active], "complete", date(2025, 10, 1))] == states
    assert [(date(2025, 11, 1),)] == still_open
