"""Guessing passwords is slow, from wherever and for whomever, and tells nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from time import process_time

import pytest
import time_machine
from argon2 import PasswordHasher

from portal.accounts import passwords
from portal.accounts import service as site_service
from registries.changes import CHANGE
from tests.site import PASSWORD

START = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as travelling:
        yield travelling


@pytest.fixture
def lin(site, clock):
    return site.account("clerk", name="lin")


def attempt(visitor, name="lin", password="wrong words here", address="10.0.0.1"):
    """Try to sign in from an address; the answer."""
    data = {"name": name, "password": password}
    return visitor().post("/login", data, environ_overrides={"REMOTE_ADDR": address})


def test_after_five_failures_even_the_right_password_waits(lin, visitor, clock):
    assert [attempt(visitor).status_code for _ in range(5)] == [401] * 5
    answer = attempt(visitor, password=PASSWORD)
    assert answer.status_code == 429
    assert "15" in answer.text
    assert int(answer.headers["Retry-After"]) == 900
    clock.shift(timedelta(minutes=14, seconds=59))
    assert attempt(visitor, password=PASSWORD).status_code == 429
    clock.shift(timedelta(seconds=2))
    assert attempt(visitor, password=PASSWORD).status_code == 302


def test_four_failures_are_forgiven_by_the_right_password(lin, visitor):
    for _ in range(3):
        assert [attempt(visitor).status_code for _ in range(4)] == [401] * 4
        assert attempt(visitor, password=PASSWORD).status_code == 302


def test_failures_of_long_ago_do_not_count(lin, visitor, clock):
    for _ in range(3):
        assert [attempt(visitor).status_code for _ in range(4)] == [401] * 4
        clock.shift(timedelta(minutes=5))
    assert attempt(visitor, password=PASSWORD).status_code == 302


def test_the_name_is_counted_however_it_is_written_and_from_anywhere(lin, visitor):
    for number, name in enumerate(("lin", " LIN ", "Lin", "lin ", "lIN")):
        attempt(visitor, name=name, address=f"10.0.0.{number}")
    assert attempt(visitor, password=PASSWORD, address="10.0.9.9").status_code == 429


def test_twenty_failures_from_one_address_close_it_for_all_names(lin, visitor):
    assert {attempt(visitor, name=f"name{number}").status_code for number in range(20)} == {401}
    assert attempt(visitor, password=PASSWORD).status_code == 429
    assert attempt(visitor, password=PASSWORD, address="10.0.0.2").status_code == 302


def test_people_who_sign_in_rightly_never_close_their_address(site, lin, visitor):
    for _ in range(25):
        assert attempt(visitor, password=PASSWORD).status_code == 302


def test_an_administrator_lifts_the_lock_with_a_new_password(site, lin, visitor):
    for _ in range(5):
        attempt(visitor)
    new = passwords.NewPassword.of("rain over seven hills")
    with site.system.database.writing("system") as session:
        site_service.reset_password(session, lin.id, new, actor=site.console)
    assert attempt(visitor, password="rain over seven hills").status_code == 302


def test_nobody_learns_whether_there_is_an_account(site, lin, visitor):
    """Unknown, disabled and known names get the same page, and the same lock."""
    gone = site.account("clerk", name="gone")
    with site.system.database.writing("system") as session:
        site_service.disable(session, gone.id, actor=site.console)

    def told(name, password):
        answer = attempt(visitor, name=name, password=password, address=f"10.1.{len(name)}.1")
        return answer.status_code, answer.text.replace(f'value="{name}"', 'value="NAME"')

    assert told("lin", "wrong words here") == told("nobody", "wrong words here") == told("gone", PASSWORD)
    for name in ("lin", "nobody", "gone"):
        for _ in range(4):
            attempt(visitor, name=name)
    assert told("lin", PASSWORD) == told("nobody", PASSWORD) == told("gone", PASSWORD)


@pytest.mark.full
def test_unknown_and_known_names_take_the_same_time(site, visitor, monkeypatch):
    """With the real cost of hashing: medians of 100 tries each lie within a fifth of each other."""
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher())
    passwords._nobody.cache_clear()
    site.account("clerk", name="lin2")
    with site.system.database.writing("system") as session:
        site_service.named(session, "lin2").password_hash = passwords.HASHER.hash(PASSWORD)
    times = {"lin2": [], "nobody": []}
    for number in range(200):
        name = "lin2" if number % 2 else "nobody"
        with time_machine.travel(START + timedelta(hours=number)):
            begun = process_time()
            assert attempt(visitor, name=name, address=f"10.2.{number}.1").status_code == 401
            times[name].append(process_time() - begun)
    passwords._nobody.cache_clear()
    known, unknown = median(times["lin2"]), median(times["nobody"])
    assert abs(known - unknown) / known < 0.2


def test_the_log_names_the_account_and_not_what_was_typed(site, lin, visitor):
    attempt(visitor, password="my other password")
    attempt(visitor, name="my password by mistake")
    with site.system.database.reading() as session:
        rows = session.execute(
            site_service.sa.select(CHANGE["system"]).where(CHANGE["system"].c.action == "sign_in_failed")
        ).all()
    assert [(row.actor, row.record_id) for row in rows] == [("lin", lin.id), ("unknown", None)]
    assert not any("password" in (row.changes or "") for row in rows)
