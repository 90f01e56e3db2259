"""The marts of an older Ladebog, which may be tables where views are now, or have names that are gone."""

import pytest

from tests.scenarios.small_archive import SmallArchive, detail, listing, session


@pytest.mark.system
def test_marts_of_another_kind_or_name_are_replaced(archive: SmallArchive) -> None:
    archive.build(listing(session()), detail(session()))
    documents = archive.rows("from documents")
    archive.connection.execute(
        """
        drop view months; create table months as select 1 as one;
        drop table sessions; create view sessions as select 1 as one;
        create table old_mart as select 1 as one;
        create view old_view as select 1 as one;
        update facts.settings set models = 'older'
        """
    )
    archive.transform()
    assert archive.rows("select sessions, energy_kwh from months") == archive.rows(
        "select 1, energy_kwh from sessions where session_id = '1'"
    )
    assert archive.rows("select 1 from (show tables) where name like 'old%'") == []
    assert documents == archive.rows("from documents") != []
