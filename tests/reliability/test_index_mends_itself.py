"""The search index may be deleted, torn, locked or have no room: search goes on, and the index comes back by itself."""

from __future__ import annotations

import errno
import random
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from registries import checking
from registries.access import Actor
from registries.db import Database
from registries.messages import Refused
from search import whoosh_engine, whoosh_writing
from search.engine import IndexDamaged, Query
from search.feed import Feed
from search.finding import find
from search.whoosh_engine import WhooshEngine

# When one file turns out to be torn, Whoosh drops the others it has opened without closing them.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def feed(any_database: Database, catalogue, records, tmp_path: Path) -> Iterator[Feed]:
    """An index of the three organisations and three facilities."""
    made = Feed(any_database, catalogue, tmp_path / "index")
    made.rebuild()
    yield made
    made.engine.close()


@pytest.fixture
def embedded(database: Database, catalogue, fill_records, tmp_path: Path) -> Iterator[Feed]:
    """The same with SQLite only."""
    fill_records(database)
    made = Feed(database, catalogue, tmp_path / "index")
    made.rebuild()
    yield made
    made.engine.close()


def total(feed: Feed, actor: Actor, text: str = "消火栓") -> int:
    return find(feed, Query(text, audience="staff"), actor=actor).total


def files(folder: Path) -> list[Path]:
    locks = ("WRITELOCK", "rebuilding", "_LOCK")
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(locks))


def another(feed: Feed) -> Feed:
    """The index as another process sees it."""
    return Feed(feed.database, feed.catalogue, feed.engine.folder)


def delete(feed: Feed) -> None:
    if feed.database.is_sqlite:
        shutil.rmtree(feed.engine.folder)
        return
    with feed.database.engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA search CASCADE")


def rename(database: Database, catalogue, record_id: UUID, name: str, actor: Actor) -> None:
    with database.reading() as session:
        version = catalogue["facility"].load(session, [record_id])[0].version
    with database.writing("facilities") as session:
        catalogue["facility"].update(session, record_id, {"name": name}, version=version, actor=actor)


def test_a_deleted_index_is_built_anew_by_the_next_search(feed: Feed, actor: Actor):
    assert total(feed, actor) == 3
    delete(feed)
    assert total(feed, actor) == 3


def test_a_deleted_index_is_built_anew_by_the_next_catch_up(feed: Feed, catalogue, records, actor: Actor):
    delete(feed)
    rename(feed.database, catalogue, records["facility"][0], "自动体外除颤器", actor)
    feed.catch_up()
    assert feed.count() == 6
    assert total(feed, actor, "除颤器") == 1
    assert all(lag.behind == 0 for lag in feed.lags())


def test_without_the_mending_a_deleted_index_answers_nothing(feed: Feed):
    """The tests above can fail: the engine alone does not bring anything back."""
    delete(feed)
    with pytest.raises(IndexDamaged):
        feed.engine.search(Query("消火栓"))


@pytest.mark.parametrize("accident", ["missing", "empty", "half", "garbage"])
def test_whichever_file_is_torn_search_goes_on(embedded: Feed, actor: Actor, accident: str):
    for number in range(len(files(embedded.engine.folder))):
        path = files(embedded.engine.folder)[number]
        content = path.read_bytes()
        if accident == "missing":
            path.unlink()
        else:
            garbage = random.Random(2).randbytes(len(content))
            path.write_bytes({"empty": b"", "half": content[: len(content) // 2], "garbage": garbage}[accident])
        fresh = another(embedded)
        assert total(fresh, actor) == 3, path.name
        fresh.catch_up()
        assert fresh.count() == 6, path.name
        fresh.engine.close()


@pytest.mark.parametrize("part", ["segments", "columns", "documents", "postings"])
@pytest.mark.postgres
def test_whichever_table_is_lost_search_goes_on(postgres_database, catalogue, fill_records, actor, tmp_path, part):
    fill_records(postgres_database)
    feed = Feed(postgres_database, catalogue, tmp_path)
    feed.rebuild()
    with postgres_database.engine.begin() as connection:
        build = connection.scalar(sa.text("SELECT build FROM search.indexes"))
        connection.exec_driver_sql(f"DROP TABLE search.{feed.engine.name}_{build}_{part}")
    fresh = Feed(postgres_database, catalogue, tmp_path)
    assert total(fresh, actor) == 3
    fresh.catch_up()
    assert fresh.count() == 6


def test_a_bit_that_flipped_is_told_by_the_check_and_mended_by_the_next(embedded: Feed, catalogue, actor: Actor):
    path = max(embedded.engine.folder.rglob("*.seg"), key=lambda one: one.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)
    told = [
        finding for finding in checking.check(embedded.database, catalogue, damage=embedded.damage)
        if "search index" in finding.problem
    ]
    assert [finding.severity for finding in told] == ["warning"]
    fresh = another(embedded)
    assert total(fresh, actor) == 3
    assert fresh.damage() is None
    fresh.engine.close()


def test_searches_go_on_while_the_index_is_deleted_under_them(feed: Feed, catalogue, records, actor: Actor):
    """As when serving: several threads search, one keeps up, and somebody deletes the folder now and then."""
    stop, wrong = threading.Event(), []

    def search() -> None:
        while not stop.is_set():
            try:
                if (found := total(feed, actor, "望海")) != 4:
                    wrong.append(found)
            except Exception as error:  # noqa: BLE001 - nothing at all may come out
                wrong.append(error)
                return

    def keep_up() -> None:
        while not stop.wait(0.05):
            feed.catch_up()

    assert total(feed, actor, "望海") == 4  # One organisation by its name, three facilities by where they are.
    threads = [threading.Thread(target=search) for _ in range(3)] + [threading.Thread(target=keep_up)]
    for thread in threads:
        thread.start()
    for _ in range(4):
        stop.wait(0.5)
        with feed._mending:  # Not in the middle of a rebuild: that is another accident.
            delete(feed)
    stop.wait(0.3)
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_change_is_saved_though_another_process_keeps_the_index(
    embedded: Feed, catalogue, actor: Actor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(whoosh_writing, "WAIT_SECONDS", 0.2)
    record_id = first_facility(embedded)
    lock = embedded.engine._index().lock("WRITELOCK")
    assert lock.acquire()
    try:
        rename(embedded.database, catalogue, record_id, "自动体外除颤器", actor)
        assert embedded.catch_up() == 0
        assert sum(lag.behind for lag in embedded.lags()) == 1
        assert total(embedded, actor) == 3  # Still searched, as it was; the record is asked whether it is there.
    finally:
        lock.release()
    assert embedded.catch_up() == 1
    assert total(embedded, actor, "除颤器") == 1


def first_facility(feed: Feed) -> UUID:
    table = feed.catalogue["facility"].kind.table
    with feed.database.reading() as session:
        return session.scalars(sa.select(table.c.id).order_by(table.c.id)).first()


def no_room(*_arguments: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("where", ["add", "add_positions"])
def test_a_change_is_saved_though_the_disk_has_no_room_for_the_index(
    embedded: Feed, catalogue, actor: Actor, monkeypatch: pytest.MonkeyPatch, where: str
):
    rename(embedded.database, catalogue, first_facility(embedded), "自动体外除颤器", actor)
    with monkeypatch.context() as full:
        full.setattr(whoosh_engine, where, no_room)
        assert embedded.catch_up() == 0
        assert total(embedded, actor) == 3
        with pytest.raises(Refused, match="No space left"):
            embedded.rebuild()
    assert embedded.catch_up() == 1
    assert total(embedded, actor, "除颤器") == 1
    assert len([path for path in embedded.engine.folder.iterdir() if path.is_dir()]) == 1


def test_a_lost_index_without_room_for_a_new_one_is_told_in_a_sentence(
    embedded: Feed, actor: Actor, monkeypatch: pytest.MonkeyPatch
):
    shutil.rmtree(embedded.engine.folder)
    with monkeypatch.context() as full:
        full.setattr(whoosh_engine, "add", no_room)
        with pytest.raises(Refused, match="search index cannot be written") as refused:
            total(embedded, actor)
        assert refused.value.problem.remedy
        assert embedded.catch_up() == 0
        assert all(lag.position == 0 for lag in embedded.lags())
    assert total(embedded, actor) == 3


def test_a_commit_that_fails_lets_go_of_the_lock(
    embedded: Feed, catalogue, actor: Actor, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(whoosh_writing, "WAIT_SECONDS", 0.2)
    rename(embedded.database, catalogue, first_facility(embedded), "自动体外除颤器", actor)
    with monkeypatch.context() as full:
        full.setattr(whoosh_writing.TermWriter, "add_postings", no_room)
        assert embedded.catch_up() == 0
    engine = WhooshEngine(embedded.engine.folder)
    assert engine.count() == 6
    engine.close()
    assert embedded.catch_up() == 1
