"""Sessions live at the server: they die with whatever changes what somebody may do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.accounts import granting, sessions
from portal.accounts import service as accounts
from portal.accounts.models import SignIn, User
from portal.accounts.passwords import NewPassword
from portal.server_session import PLAIN_COOKIE, SECURE_COOKIE
from registries.changes import CHANGE
from tests.site import PASSWORD

START = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


@pytest.fixture
def clerk(site):
    return site.account("clerk", name="lin")


def is_in(browser) -> bool:
    """Whether the visitor is signed in."""
    return browser.open("/account/", check_page=False).status_code == 200


def change(site, what):
    """Do something as the console."""
    with site.system.database.writing("system") as session:
        what(session)


def test_the_token_stands_nowhere_but_in_the_cookie(site, clerk):
    token = site.sign_in(clerk)
    with site.system.database.reading() as session:
        row = session.scalar(sa.select(SignIn))
        assert row.token_hash == sessions.hash_of(token)
        logged = session.execute(sa.select(CHANGE["system"].c.changes)).scalars().all()
    site.system.database.engine.dispose()
    files = [file.read_bytes() for file in site.system.settings.data.glob("system.sqlite3*")]
    assert files
    assert not any(token.encode() in content for content in files)
    assert not any(token in (text or "") for text in logged)


def test_signing_in_gives_a_new_token_and_ends_the_old_session(site, clerk, visitor):
    browser = visitor(user=clerk)
    first = browser.client.get_cookie(PLAIN_COOKIE).value
    token = {"X-CSRF-Token": browser.token()}
    browser.open("/login", method="POST", data={"name": "lin", "password": PASSWORD}, headers=token)
    second = browser.client.get_cookie(PLAIN_COOKIE).value
    assert first != second
    browser.client.set_cookie(PLAIN_COOKIE, first)
    assert not is_in(browser)


def test_a_cookie_of_ones_own_making_begins_nothing(site, visitor):
    browser = visitor()
    browser.client.set_cookie(PLAIN_COOKIE, "chosen by somebody else")
    assert not is_in(browser)
    site.account("clerk", name="wu")
    browser.post("/login", {"name": "wu", "password": PASSWORD})
    assert browser.client.get_cookie(PLAIN_COOKIE).value != "chosen by somebody else"


@pytest.mark.parametrize(
    "deed",
    [
        lambda site, user, session: accounts.disable(session, user.id, actor=site.console),
        lambda site, user, session: accounts.reset_password(
            session, user.id, NewPassword.of("rain over seven hills"), actor=site.console
        ),
        lambda site, user, session: accounts.reset_second_factor(session, user.id, actor=site.console),
        lambda site, user, session: granting.grant(
            session, user.id, "grid_worker", _root(session), None, actor=site.console
        ),
        lambda site, user, session: granting.revoke(
            session, accounts.find(session, user.id, actor=site.console).grants[0].id, actor=site.console
        ),
    ],
    ids=["disabling", "new password", "second factor taken off", "grant", "revocation"],
)
def test_all_sessions_end_with(site, clerk, visitor, deed):
    one, other = visitor(user=clerk), visitor(user=clerk)
    assert is_in(one)
    change(site, lambda session: deed(site, clerk, session))
    assert not is_in(one)
    assert not is_in(other)


def _root(session):
    return accounts.references.load(session).areas.root().id


def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(clerk, visitor):
    here, there = visitor(user=clerk), visitor(user=clerk)
    new = "rain over seven hills"
    answer = here.post("/account/password", {"old": PASSWORD, "new": new, "again": new})
    assert answer.headers["Location"] == "/account/"
    assert is_in(here)
    assert not is_in(there)
    browser = visitor()
    assert browser.post("/login", {"name": "lin", "password": PASSWORD}).status_code == 401
    assert browser.post("/login", {"name": "lin", "password": new}).status_code == 302


def test_one_ends_ones_other_session_and_nobody_elses(site, clerk, visitor):
    here, there, stranger = visitor(user=clerk), visitor(user=clerk), visitor("clerk")
    with site.system.database.reading() as session:
        mine = sessions.find(session, there.client.get_cookie(PLAIN_COOKIE).value).id
    assert stranger.post(f"/account/sessions/{mine}/end").status_code == 404
    assert is_in(there)
    assert here.post(f"/account/sessions/{mine}/end").status_code == 302
    assert not is_in(there)
    assert is_in(here)


def test_a_session_ends_after_half_an_hour_without_a_request(clerk, visitor):
    with time_machine.travel(START, tick=False) as clock:
        browser = visitor(user=clerk)
        for _ in range(3):
            clock.shift(timedelta(minutes=29))
            assert is_in(browser)
        clock.shift(timedelta(minutes=30))
        assert not is_in(browser)


def test_a_session_ends_after_eight_hours_whatever_is_done(clerk, visitor):
    with time_machine.travel(START, tick=False) as clock:
        browser = visitor(user=clerk)
        for _ in range(23):
            clock.shift(timedelta(minutes=20))
            assert is_in(browser)
        clock.shift(timedelta(minutes=20))
        assert not is_in(browser)


def test_what_asks_by_itself_keeps_no_session_alive(clerk, visitor):
    with time_machine.travel(START, tick=False) as clock:
        browser = visitor(user=clerk)
        for _ in range(2):
            clock.shift(timedelta(minutes=14))
            told = browser.get("/account/session", headers={"X-Quiet": "1"}).get_json()
            assert told["signed_in"]
        assert told["seconds"] == 120
        assert browser.post("/account/session").get_json()["seconds"] == 1800
        clock.shift(timedelta(minutes=31))
        assert browser.get("/account/session").get_json() == {"signed_in": False}


def test_a_clock_put_back_makes_no_session_live_longer(clerk, visitor):
    with time_machine.travel(START, tick=False) as clock:
        browser = visitor(user=clerk)
        clock.shift(timedelta(days=-3))
        assert not is_in(browser)


def test_a_page_notes_its_reading_at_most_once_a_minute(site, clerk, visitor):
    def seen():
        with site.system.database.reading() as session:
            return session.scalar(sa.select(SignIn.seen_at))

    with time_machine.travel(START, tick=False) as clock:
        browser = visitor(user=clerk)
        clock.shift(timedelta(seconds=50))
        assert is_in(browser)
        assert seen() == START
        clock.shift(timedelta(seconds=20))
        assert is_in(browser)
        assert seen() == START + timedelta(seconds=70)


def test_a_grant_that_has_run_out_gives_nothing(site, visitor):
    user = site.account("clerk")
    change(site, lambda session: _until(session, user, date(2026, 11, 28)))
    with time_machine.travel(START, tick=False) as clock:
        assert visitor(user=user).get("/desk/resident/", check_page=False).status_code == 200
        clock.shift(timedelta(days=1))
        assert visitor(user=user).get("/desk/resident/").status_code == 404


def _until(session, user, day):
    for row in session.scalars(sa.select(accounts.RoleGrant).where(accounts.RoleGrant.user_id == user.id)):
        row.until = day


def test_in_production_the_cookie_is_for_this_host_and_tls_only(make_site):
    site = make_site(environment="production", secret="n7Qp2-xVb9_LmZ4rTw8sKd1fGh6jYc3u")
    site.account("clerk", name="lin")
    answer = site.visitor().post("/login", {"name": "lin", "password": PASSWORD}, check_page=False)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{SECURE_COOKIE}=")
    assert SECURE_COOKIE.startswith("__Host-")
    assert {part.strip() for part in cookie.split(";")[1:]} == {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}


def test_pages_for_everybody_set_no_cookie_and_pages_of_an_account_are_kept_by_no_cache(clerk, visitor):
    for path in ("/", "/search?q=x", "/login", "/nowhere"):
        assert "Set-Cookie" not in visitor().get(path).headers
    assert visitor(user=clerk).get("/account/").headers["Cache-Control"] == "no-store"


def test_old_sessions_are_forgotten(site, clerk, visitor):
    with time_machine.travel(START, tick=False) as clock:
        visitor(user=clerk)
        clock.shift(timedelta(days=3))
        limits = sessions.Limits(timedelta(minutes=30), timedelta(hours=8))
        change(site, lambda session: sessions.purge(session, limits))
        with site.system.database.reading() as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(SignIn)) == 0


def test_an_issued_password_must_be_changed_before_anything_else(site, visitor):
    user = site.account("clerk", name="wu")
    change(site, lambda session: setattr(session.get_one(User, user.id), "must_change_password", True))
    browser = visitor()
    browser.post("/login", {"name": "wu", "password": PASSWORD, "next": "/desk/resident/"})
    browser.user = user
    assert browser.get("/desk/resident/").headers["Location"] == "/account/password"
    assert "初始密码" in browser.page("/account/password").text
    new = "rain over seven hills"
    browser.post("/account/password", {"old": PASSWORD, "new": new, "again": new})
    assert browser.open("/desk/resident/", check_page=False).status_code == 200
