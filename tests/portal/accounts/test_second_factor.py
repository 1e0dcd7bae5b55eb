"""The second factor: codes by time, codes on paper, and where they are asked for."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import sqlalchemy as sa
import time_machine

from portal.accounts import second_factor
from portal.accounts.models import RecoveryCode, User
from tests.site import PASSWORD, Page

START = datetime(2026, 11, 28, 9, 0, 5, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as travelling:
        yield travelling


def set_up(site, browser):
    """Set a second factor up as a person does; returns the clock of the telephone and the recovery codes."""
    answer = browser.post("/account/second-factor/begin", {"password": PASSWORD})
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", answer.text)[1]
    telephone = pyotp.TOTP(secret)
    answer = browser.post("/account/second-factor/confirm", {"code": telephone.now()})
    assert answer.status_code == 200, answer.text
    return telephone, re.findall(r"<code>(\w{5}-\w{5})</code>", answer.text)


def password_step(browser, name="lin", **more):
    answer = browser.post("/login", {"name": name, "password": PASSWORD, **more})
    assert answer.status_code == 200, answer.text
    return Page(answer.text).form_values("/login/code")["ticket"]


@pytest.fixture
def lin(site, clock):
    return site.account("clerk", name="lin")


@pytest.fixture
def telephone(site, lin, visitor, clock):
    made = set_up(site, visitor(user=lin))
    clock.shift(timedelta(minutes=2))
    return made


def test_setting_it_up_shows_a_picture_and_ten_codes(site, lin, visitor):
    browser = visitor(user=lin)
    assert browser.post("/account/second-factor/begin", {"password": "wrong"}).status_code == 422
    page = Page(browser.post("/account/second-factor/begin", {"password": PASSWORD}).text)
    assert [image["src"] for image in page.all("img")][-1] == "/account/second-factor.svg"
    picture = browser.get("/account/second-factor.svg")
    assert (picture.mimetype, picture.headers["Cache-Control"]) == ("image/svg+xml", "no-store")
    assert b"<style" not in picture.data
    _telephone, codes = set_up(site, browser)
    assert len(set(codes)) == 10
    assert browser.get("/account/second-factor.svg").status_code == 302


def test_the_secret_is_sealed_and_counts_only_once_confirmed(site, lin, visitor):
    browser = visitor(user=lin)
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", browser.post(
        "/account/second-factor/begin", {"password": PASSWORD}
    ).text)[1]  # fmt: skip
    with site.system.database.reading() as session:
        kept = session.get_one(User, lin.id)
        assert secret.encode() not in kept.totp
        assert second_factor.secret_of(site.system.keys, kept) == secret
    assert visitor().post("/login", {"name": "lin", "password": PASSWORD}).status_code == 302


def test_signing_in_takes_both(telephone, visitor):
    clock, _codes = telephone
    browser = visitor()
    ticket = password_step(browser, next="/account/log")
    assert browser.get("/account/").status_code == 302
    assert browser.post("/login/code", {"ticket": ticket, "code": "000000"}).status_code == 401
    answer = browser.post("/login/code", {"ticket": ticket, "code": clock.now()})
    assert answer.headers["Location"] == "/account/log"


def test_a_code_is_good_once_and_for_a_minute_and_a_half(telephone, visitor, clock):
    phone, _codes = telephone
    code = phone.now()
    assert visitor().post("/login/code", {"ticket": password_step(visitor()), "code": code}).status_code == 302
    assert visitor().post("/login/code", {"ticket": password_step(visitor()), "code": code}).status_code == 401
    clock.shift(timedelta(seconds=60))
    old = phone.at(datetime.now(UTC) - timedelta(seconds=60))
    assert visitor().post("/login/code", {"ticket": password_step(visitor()), "code": old}).status_code == 401
    before = phone.at(datetime.now(UTC) - timedelta(seconds=30))
    assert visitor().post("/login/code", {"ticket": password_step(visitor()), "code": before}).status_code == 302


def test_guessing_codes_is_slowed_down(telephone, visitor):
    phone, _codes = telephone
    browser = visitor()
    ticket = password_step(browser)
    for number in range(5):
        assert browser.post("/login/code", {"ticket": ticket, "code": f"00000{number}"}).status_code == 401
    assert browser.post("/login/code", {"ticket": ticket, "code": phone.now()}).status_code == 429


def test_the_way_from_password_to_code_is_short_and_cannot_be_made_up(telephone, visitor, clock):
    phone, _codes = telephone
    browser = visitor()
    ticket = password_step(browser)
    clock.shift(timedelta(minutes=6))
    for forged in (ticket, "", "bm9uc2Vuc2U=", ticket[:-4] + "AAAA"):
        answer = browser.post("/login/code", {"ticket": forged, "code": phone.now()})
        assert answer.headers["Location"] == "/login"
    assert browser.get("/account/").status_code == 302


def test_a_recovery_code_stands_in_once(site, telephone, visitor):
    _phone, codes = telephone
    typed = codes[1].lower().replace("-", " ")
    for code, expected in ((codes[0], 302), (codes[0], 401), (typed, 302), ("AAAAA-AAAAA", 401)):
        assert visitor().post("/login/code", {"ticket": password_step(visitor()), "code": code}).status_code == expected
    with site.system.database.reading() as session:
        used = session.scalars(sa.select(RecoveryCode.used_at)).all()
    assert sum(moment is not None for moment in used) == 2


def test_new_recovery_codes_void_the_old_ones(telephone, visitor, lin):
    _phone, codes = telephone
    browser = visitor(user=lin)
    answer = browser.post("/account/recovery-codes", {"password": PASSWORD})
    fresh = re.findall(r"<code>(\w{5}-\w{5})</code>", answer.text)
    assert len(fresh) == 10
    assert visitor().post("/login/code", {"ticket": password_step(visitor()), "code": codes[0]}).status_code == 401
    assert visitor().post("/login/code", {"ticket": password_step(visitor()), "code": fresh[0]}).status_code == 302


def test_its_owner_takes_it_off_with_his_password(telephone, visitor, lin):
    browser = visitor(user=lin)
    assert browser.post("/account/second-factor/remove", {"password": "wrong"}).status_code == 422
    assert browser.post("/account/second-factor/remove", {"password": PASSWORD}).status_code == 302
    assert visitor().post("/login", {"name": "lin", "password": PASSWORD}).status_code == 302


def test_where_everybody_needs_one_nothing_opens_without(make_site, clock):
    site = make_site(second_factor="always")
    lin = site.account("clerk", name="lin")
    browser = site.visitor(user=lin)
    answer = browser.get("/desk/resident/")
    assert answer.headers["Location"] == "/account/second-factor?next=/desk/resident/"
    assert "须启用" in browser.page("/account/second-factor").text
    set_up(site, browser)
    assert browser.open("/desk/resident/", check_page=False).status_code == 200


def test_where_sensitive_things_need_one_only_these_ask(make_site, clock):
    site = make_site(second_factor="sensitive")
    lin = site.account("clerk", name="lin")
    browser = site.visitor(user=lin)
    person = f"/desk/resident/{site.records['resident'][0]}"
    assert browser.open("/desk/resident/", check_page=False).status_code == 200
    answer = browser.post(person, {"field": "phone", "reason": "a visit is due"})
    assert answer.headers["Location"].startswith("/account/second-factor?next=")
    set_up(site, browser)
    assert browser.post(person, {"field": "phone", "reason": "a visit is due"}, check_page=False).status_code == 200


def test_a_proof_of_long_ago_is_asked_for_again_and_nothing_typed_is_lost(make_site, clock):
    site = make_site(second_factor="sensitive")
    lin = site.account("clerk", name="lin")
    browser = site.visitor(user=lin)
    phone, _codes = set_up(site, browser)
    person = f"/desk/resident/{site.records['resident'][0]}"
    clock.shift(timedelta(minutes=16))
    answer = browser.post(person, {"field": "phone", "reason": "a visit is due"})
    assert answer.status_code == 403
    form = Page(answer.text).form_values("/account/confirm")
    assert browser.post("/account/confirm", {**form, "password": PASSWORD, "code": "000000"}).status_code == 401
    answer = browser.post("/account/confirm", {**form, "password": PASSWORD, "code": phone.now()})
    again = Page(answer.text).form_values(person)
    assert again["reason"] == "a visit is due"
    assert browser.post(person, again, check_page=False).status_code == 200
