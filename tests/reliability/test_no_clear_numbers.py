"""No ID number and no phone stands anywhere in clear: files, tables, backups, exports, logs, messages."""

from __future__ import annotations

import base64
import csv
import logging
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import click.testing
import pytest
import sqlalchemy as sa

import app
from portal import commands
from portal.demo import Sizes, load_demo
from portal.settings import Settings
from portal.system import System
from registries import backup
from registries.changes import Entry
from registries.crypto import Keys, Tampered
from registries.db import DATABASES, Database
from registries.demo.district import District
from registries.items import Change, New
from registries.storing import opened
from tests import factories
from tests.reliability.traces import Traces, traces_below

SIZES = {60: (20, 20), 500: (60, 60), 10_000: (800, 800)}
TODAY = date(2026, 3, 5)
NUMBER = re.compile(r"\d{17}[\dX]|1\d{10}")
WRONG = "000101198001011234"  # Its check digit is wrong, so the row is told of.


def numbers(district: District) -> set[str]:
    """Every ID number and mobile phone of a district, wherever it stands in its records."""
    found: set[str] = set()

    def look(name: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, part in value.items():
                look(key, part)
        elif isinstance(value, list):
            for part in value:
                look(name, part)
        elif isinstance(value, str) and ("phone" in name or name == "id_number") and NUMBER.fullmatch(value):
            found.add(value)

    for record in (*district.residents(), *district.organisations()):
        look("", record)
    return found


def demo(database: Database, folder: Path, catalogue, residents: int) -> tuple[System, Traces]:
    """A demo of so many residents in a program that keeps everything below ``folder``, and its numbers."""
    organisations, facilities = SIZES[residents]
    sizes = Sizes(residents, organisations, facilities, 1, TODAY)
    settings = Settings(data=database.folder, keys=database.keys.path, index=folder / "index")
    system = System(settings, app.catalogue(), "en")
    system.__dict__["database"] = database  # The property is worked out once; this is the test's own.
    load_demo(system, sizes, lambda count: None)
    found = numbers(District(1, residents, organisations, facilities, today=TODAY))
    assert len(found) > residents
    return system, Traces({*found, WRONG})


def use(system: System, folder: Path, residents: int) -> str:
    """Everything that could let a number out: imports, edits, searches, exports, a backup. What was printed."""
    group = commands.build(system)
    said = []

    def sanku(*words: object) -> None:
        result = click.testing.CliRunner().invoke(group, [str(word) for word in words])
        said.extend((result.output, repr(result.exception)))
        if isinstance(result.exception, Exception):
            said.extend(str(problem) for problem in commands.told(result.exception))

    organisations, facilities = SIZES[residents]
    headings, rows = District(1, residents, organisations, facilities, today=TODAY).sheet("resident")
    table = [list(row) for row in rows][:100]
    table[0][headings.index("公民身份号码")] = WRONG
    table[1][headings.index("姓名")] = "另一人"
    outside = folder.parent / f"{folder.name}-from-the-office"
    outside.mkdir()
    with (outside / "residents.csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([headings, *table])
    sanku("import", "resident", outside / "residents.csv")
    sanku("import", "resident", outside / "residents.csv", "--json", "--check")
    number = table[1][headings.index("公民身份号码")]
    sanku("search", number, "--json")
    sanku("search", number)
    with system.database.reading() as session:
        records = system.catalogue["resident"]
        record_id = session.scalars(sa.select(records.kind.table.c.id)).first()
        item = records.load(session, [record_id])[0]
    sanku("edit", "resident", record_id, f"phone={table[2][headings.index('联系电话')]}", "--reason", "x")
    sanku("edit", "resident", record_id, f"id_number={WRONG}")
    sanku("export", "resident", folder / "residents.xlsx")
    sanku("export", "resident", folder / "residents.csv")
    sanku("export", "organisation", folder / "organisations.xlsx")
    backup.backup(system.database, folder / "copy")
    return "\n".join([*said, repr(item), str(item)])


def dump(database: Database, folder: Path) -> None:
    """Every table of every schema, as the server writes it."""
    folder.mkdir()
    with database.engine.connect() as connection:
        tables = connection.exec_driver_sql(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).all()
        for schema, table in tables:
            cursor = connection.connection.cursor()
            with cursor.copy(f'COPY "{schema}"."{table}" TO STDOUT') as copy:
                (folder / f"{schema}.{table}").write_bytes(b"".join(copy))


SEARCHED = [500, pytest.param(10_000, marks=pytest.mark.full)]


@pytest.fixture
def chatty(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Every logger says all it knows, also the statements and rows of SQLAlchemy."""
    loggers = [logging.getLogger(name) for name in ("", "sqlalchemy.engine", "sqlalchemy.pool")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield caplog
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.mark.parametrize("residents", SEARCHED)
def test_a_raw_search_of_everything_finds_no_number(any_database: Database, catalogue, tmp_path: Path, residents: int):
    folder = tmp_path / "everything"
    folder.mkdir()
    system, traces = demo(any_database, folder, catalogue, residents)
    said = use(system, folder, residents)
    if any_database.is_sqlite:
        # The write-ahead logs are still there, since the connections are.
        assert any((any_database.folder / f"{name}.sqlite3-wal").stat().st_size for name in DATABASES)
        assert traces_below(any_database.folder, traces) == {}
    else:
        dump(any_database, folder / "dump")
        assert any((folder / "dump").iterdir())
    assert traces_below(folder, traces) == {}
    assert traces.found_in(said.encode()) == set()
    assert "Row 2 column C" in said  # The wrong number was told of,
    assert "1 found." in said  # the person was found by the number,
    assert "is now at version 2" in said  # and edited.


def test_no_log_at_any_level_tells_a_number(any_database: Database, catalogue, tmp_path: Path, chatty):
    folder = tmp_path / "everything"
    folder.mkdir()
    system, traces = demo(any_database, folder, catalogue, 60)
    chatty.clear()
    any_database.engine.echo = "debug"
    use(system, folder, 60)
    any_database.engine.echo = False
    assert "INSERT" in chatty.text
    assert traces.found_in(chatty.text.encode()) == set()


def test_with_sealing_switched_off_the_search_finds_them(
    any_database: Database, catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The search above can find: numbers that are not sealed are seen in files, logs and backups."""
    sealing = Keys.seal_bytes

    def unsealed(keys: Keys, kind: str, field: str, record_id: UUID, data: bytes) -> bytes:
        return sealing(keys, kind, field, record_id, data)[:14] + data + bytes(16)

    monkeypatch.setattr(Keys, "seal_bytes", unsealed)
    folder = tmp_path / "everything"
    folder.mkdir()
    _system, traces = demo(any_database, folder, catalogue, 60)
    backup.backup(any_database, folder / "copy")
    where = any_database.folder if any_database.is_sqlite else folder
    found = traces_below(where, traces)
    assert sum(found.values()) > 60
    assert traces_below(folder / "copy", traces)


@pytest.mark.parametrize("number", ["00010119800101123X", "13800138000"])
def test_a_number_is_found_in_every_writing(number: str):
    traces = Traces([number])
    hidden = [number.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")]
    hidden += [base64.b64encode(b"x" * skip + number.encode() + b"yy") for skip in range(6)]
    hidden += [number.encode(code).hex().encode() for code in ("utf-8", "utf-16-le", "utf-16-be")]
    hidden += [number.encode().hex().upper().encode()]
    for data in hidden:
        assert traces.found_in(b"\x07abc\xff" + data + b"\0rest") == {number.encode()}, data
    other = number.replace("8", "7")
    assert traces.found_in(b"".join(data.replace(number.encode(), other.encode()) for data in hidden[:1])) == set()


def test_no_object_tells_its_numbers_when_it_is_shown(any_database: Database, catalogue, references, actor, keys: Keys):
    """What a traceback or a log line shows of the objects that numbers pass through."""
    residents = catalogue["resident"]
    raw = factories.raw(residents, 7, references)
    number, phone = raw["id_number"], raw["phone"]
    with any_database.writing("population") as session:
        checked = residents.check(session, raw)
        item = residents.create(session, raw, actor=actor, reason="x")
    clear = opened(keys, item.values)
    assert clear["id_number"] == number
    entry = Entry("resident", item.id, "update", {}, {}, {"phone": [None, phone]})
    shown = [item, New(item.id, clear), Change(item, clear), checked, entry, item.values["id_number"], keys]
    for one in shown:
        assert Traces([number, phone]).found_in(repr(one).encode()) == set(), type(one)
        assert Traces([number, phone]).found_in(str(one).encode()) == set(), type(one)


@pytest.mark.parametrize("field", ["id_number", "phone"])
def test_a_sealed_value_opens_nowhere_but_in_its_own_place(any_database, catalogue, records, keys: Keys, field: str):
    residents = catalogue["resident"]
    table, (one, other, *_) = residents.kind.table, records["resident"]
    sealed = table.c[f"{field}_sealed"]
    with any_database.engine.begin() as connection:
        stolen = connection.scalar(sa.select(sealed).where(table.c.id == other))
        connection.execute(table.update().where(table.c.id == one).values({sealed.name: stolen}))
    with any_database.reading() as session:
        moved, own = residents.load(session, [one, other])
    assert own.values[field].open(keys)
    with pytest.raises(Tampered) as refused:
        moved.values[field].open(keys)
    assert own.values[field].open(keys) not in str(refused.value)


def test_a_sealed_value_opens_in_no_other_field_of_its_record(any_database: Database, catalogue, records, keys: Keys):
    residents = catalogue["resident"]
    table, one = residents.kind.table, records["resident"][0]
    with any_database.engine.begin() as connection:
        connection.execute(table.update().where(table.c.id == one).values(phone_sealed=table.c.id_number_sealed))
    with any_database.reading() as session:
        item = residents.load(session, [one])[0]
    with pytest.raises(Tampered):
        item.values["phone"].open(keys)
