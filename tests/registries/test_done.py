"""Keys of work already done, on both engines: found within their time, sealed, forgotten, alive through new keys."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from registries import done, rotation
from registries.db import DATABASES, now
from registries.done import Asked

ASKED = Asked("somebody", "key", b"request")


@pytest.mark.parametrize("name", DATABASES)
def test_work_is_known_as_done_in_the_database_that_it_changed(any_database, name):
    with any_database.writing(name) as session:
        assert done.answer(session, ASKED) is None
        done.keep(session, ASKED, {"told": "张三"})
    with any_database.writing(name) as session:
        assert done.answer(session, ASKED) == {"told": "张三"}
        assert done.answer(session, Asked("another", "key", b"request")) is None
        with pytest.raises(done.OtherRequest):
            done.answer(session, Asked("somebody", "key", b"another request"))
        assert "张三".encode() not in session.execute(sa.select(done.DONE_KEY[name].c.answer)).scalar_one()


def test_work_that_was_undone_leaves_no_key(any_database):
    def work() -> None:
        with any_database.writing("population") as session:
            done.keep(session, ASKED, {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    with any_database.writing("population") as session:
        assert done.answer(session, ASKED) is None


def test_of_two_at_once_the_second_finds_what_the_first_did(any_database):
    made = []

    def work() -> None:
        with any_database.writing("facilities") as session:
            if done.answer(session, ASKED) is None:
                made.append(threading.get_ident())
                done.keep(session, ASKED, {})

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


def test_a_key_is_forgotten_after_its_time(any_database):
    with any_database.writing("population") as session:
        done.keep(session, ASKED, {"first": True})
    later = now() + done.KEPT + timedelta(minutes=1)
    with time_machine.travel(later, tick=False), any_database.writing("population") as session:
        assert done.answer(session, ASKED) is None
        done.keep(session, ASKED, {"first": False})
        assert done.purge(session) == 0
    with time_machine.travel(later + done.KEPT, tick=False), any_database.writing("population") as session:
        assert done.purge(session) == 1


def test_an_answer_opens_after_the_keys_were_rotated(database, catalogue):
    with database.writing("population") as session:
        done.keep(session, ASKED, {"told": 1})
    rotation.rotate(database, catalogue)
    with database.writing("population") as session:
        assert done.answer(session, ASKED) == {"told": 1}
