"""What a large import leaves behind for those that come after it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from registries import importing
from registries.importing import Options
from registries.population.service import residents
from tests import factories
from tests.factories import Sheet

pytestmark = pytest.mark.postgres

ROWS = [[f"张{chr(0x4E00 + serial)}", factories.id_number(serial)] for serial in range(1, 101)]


def bring(database, rows, actor):
    batch = importing.stage(database, residents, Sheet(["姓名", "身份证号"], rows), Options("list.csv"), actor=actor)
    return importing.apply(database, residents, batch.id, actor=actor)


@pytest.fixture(autouse=True)
def nobody_else_counts(postgres_database):
    """The server would count by itself within a minute, and a slow test would see it."""
    with postgres_database.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE population.resident SET (autovacuum_enabled = off)"))


def counted(database):
    """How many residents the planner of PostgreSQL believes there are; -1 if nobody ever counted."""
    with database.reading() as session:
        return session.scalar(sa.text("SELECT reltuples FROM pg_class WHERE oid = 'population.resident'::regclass"))


def test_the_planner_knows_at_once_what_a_large_import_wrote(postgres_database, actor):
    bring(postgres_database, ROWS, actor)
    assert counted(postgres_database) == len(ROWS)


def test_a_small_import_into_a_large_register_counts_nothing_anew(postgres_database, actor):
    bring(postgres_database, ROWS, actor)
    # For a second the server counts what a connection wrote before as part of what it writes now.
    postgres_database.engine.dispose()
    bring(postgres_database, [["赵六", factories.id_number(500)]], actor)
    assert counted(postgres_database) == len(ROWS)
