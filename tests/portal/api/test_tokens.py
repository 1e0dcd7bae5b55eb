"""Tokens: shown once, kept as a digest, never more than their owner may, dead when they ought to be."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.accounts.models import RoleGrant, User
from portal.accounts.people import account_of
from portal.api import gate, tokens
from portal.api.models import ApiToken
from portal.api.throttle import Throttle
from registries import changes
from registries.db import Base, new_id, now
from registries.records import Invalid, NotFound
from tests.site import Page

READ = tokens.Wanted("sync", ("read",))


def made(site, user, wanted=READ):
    """A token of a user, and its text."""
    with site.system.database.writing("system") as session:
        actor = account_of(session, user).actor
        return tokens.create(session, user, replace(wanted, token_id=new_id()), actor=actor)


def answer(site, text, path="/api/v1/organisation"):
    return site.app.test_client().get(path, headers={"Authorization": f"Bearer {text}"})


def test_a_token_is_kept_as_a_digest_alone(site):
    token, text = made(site, site.account("clerk"))
    assert text.startswith(token.prefix)
    assert len(text) > 43
    with site.system.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            if table.schema == "system":
                assert text[len(token.prefix):] not in repr(session.execute(sa.select(table)).all())
        log = changes.history(session, "system", token.id)
    assert [entry.action for entry in log] == ["create"]
    assert log[0].changes["prefix"] == [None, token.prefix]


def test_no_token_or_a_wrong_one_is_asked_for_one(site):
    client = site.app.test_client()
    for path in ("/api/v1/organisation", "/api/v1/areas", "/api/v1/search?q=x"):
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}):
            refused = client.get(path, headers=headers)
            assert (refused.status_code, refused.mimetype) == (401, "application/problem+json")
            assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    assert client.post("/api/v1/organisation", json={"values": {}}).status_code == 401


def test_a_signed_in_browser_is_no_program(site):
    clerk = site.visitor("clerk")
    assert clerk.client.get("/api/v1/organisation").status_code == 401


def test_a_token_ends_with_its_time_its_revocation_or_its_owner(site):
    user = site.account("clerk")
    _token, text = made(site, user)
    assert answer(site, text).status_code == 200
    with time_machine.travel(now() + timedelta(days=91), tick=False):
        assert answer(site, text).status_code == 401
    second, other = made(site, user)
    with site.system.database.writing("system") as session:
        tokens.revoke(session, second.id, actor=account_of(session, user).actor)
        tokens.revoke(session, second.id, actor=account_of(session, user).actor)
    assert answer(site, other).status_code == 401
    with site.system.database.reading() as session:
        assert [row.action for row in changes.history(session, "system", second.id)] == ["revoke", "create"]
    with site.system.database.writing("system") as session:
        session.get_one(User, user.id).disabled_at = now()
    assert answer(site, text).status_code == 401


def test_a_right_that_its_owner_loses_a_token_loses_at_once(site):
    user = site.account("clerk")
    _token, text = made(site, user)
    assert answer(site, text).status_code == 200
    with site.system.database.writing("system") as session:
        for grant in session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == user.id)):
            session.delete(grant)
    assert answer(site, text).status_code == 404


def test_a_token_whose_area_is_gone_gives_nothing(site):
    user = site.account("clerk")
    _token, text = made(site, user)
    with site.system.database.writing("system") as session:
        session.scalars(sa.select(ApiToken)).one().area_id = new_id()
    assert answer(site, text).status_code == 401


@pytest.mark.parametrize("wanted", [
    tokens.Wanted("", ("read",)), tokens.Wanted("x" * 101, ("read",)), tokens.Wanted("x", ()),
    tokens.Wanted("x", ("erase",)), tokens.Wanted("x", ("read",), ("system",)), tokens.Wanted("x", ("read",), ()),
    tokens.Wanted("x", ("write",)), tokens.Wanted("x", ("read",), days=0), tokens.Wanted("x", ("read",), days=366),
    tokens.Wanted("x", ("read",), area_id=new_id()),
])  # fmt: skip
def test_a_token_that_says_nothing_or_too_much_is_not_made(site, wanted):
    with pytest.raises(Invalid):
        made(site, site.account("clerk"), wanted)


def test_tokens_are_their_owners_and_administrators_may_end_them(site):
    owner, other, admin = (site.account(role) for role in ("clerk", "registry_admin", "system_admin"))
    token, _text = made(site, owner)
    with site.system.database.writing("system") as session:
        actors = {user.id: account_of(session, user).actor for user in (owner, other, admin)}
        for call in (
            lambda: tokens.create(session, owner, READ, actor=actors[other.id]),
            lambda: tokens.create(session, owner, READ, actor=actors[admin.id]),
            lambda: tokens.of_user(session, owner.id, actor=actors[other.id]),
            lambda: tokens.everybodys(session, actor=actors[other.id]),
            lambda: tokens.revoke(session, token.id, actor=actors[other.id]),
        ):
            with pytest.raises(NotFound):
                call()
        assert [one.id for one in tokens.of_user(session, owner.id, actor=actors[owner.id])] == [token.id]
        assert [one.id for one, _user in tokens.everybodys(session, actor=actors[admin.id])] == [token.id]
        assert tokens.revoke(session, token.id, actor=actors[admin.id]).revoked_at


def test_a_program_can_neither_make_nor_end_tokens(site):
    user = site.account("system_admin")
    token, text = made(site, user)
    with site.system.database.writing("system") as session:
        program = tokens.bearer(session, text).account.actor
        with pytest.raises(NotFound):
            tokens.create(session, user, READ, actor=program)
        with pytest.raises(NotFound):
            tokens.revoke(session, token.id, actor=program)


def test_the_last_use_is_noted_to_the_minute(site):
    token, text = made(site, site.account("clerk"))

    def used():
        with site.system.database.reading() as session:
            return session.get_one(ApiToken, token.id).last_used_at

    assert used() is None
    answer(site, text)
    first = used()
    answer(site, text)
    assert used() == first
    with time_machine.travel(now() + timedelta(minutes=2), tick=False):
        answer(site, text)
        assert used() > first


def test_a_program_that_runs_wild_is_told_to_wait(make_site):
    site = make_site(api_per_minute=3)
    _token, text = made(site, site.account("clerk"))
    assert [answer(site, text).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = answer(site, text)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    _other, more = made(site, site.account("clerk"))
    assert answer(site, more).status_code == 200


def test_a_window_of_requests_ends():
    at = [0.0]
    throttle = Throttle(2, clock=lambda: at[0])
    one = new_id()
    assert [throttle.wait(one) for _ in range(3)] == [0, 0, 60]
    at[0] = 59.0
    assert throttle.wait(one) == 1
    at[0] = 60.0
    assert throttle.wait(one) == 0


def test_the_gate_stands_before_every_view_of_the_interface(site):
    rules = [rule for rule in site.app.url_map.iter_rules() if str(rule).startswith("/api/v1")]
    assert rules
    assert {rule.endpoint.split(".")[0] for rule in rules} == {gate.BLUEPRINT}


class TestOwnPages:
    """The page of one's own account on which tokens are made and ended."""

    FORM = {"name": "GIS", "scopes": ["read"], "registries": ["facilities"], "days": "30", "area": "000101001"}

    def form(self, visitor):
        token_id = visitor.page("/account/tokens").form_values("/account/tokens")["token_id"]
        return {**self.FORM, "token_id": token_id}

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_a_token_is_made_shown_once_and_ended(self, site, language):
        clerk = site.visitor("clerk", language=language)
        form = self.form(clerk)
        shown = clerk.post("/account/tokens", form)
        assert shown.status_code == 201
        text = re.search(r"sanku_[\w-]{43}", shown.text)[0]
        assert answer(site, text, "/api/v1/facility").status_code == 200
        assert answer(site, text, "/api/v1/organisation").status_code == 404
        assert text not in clerk.get("/account/tokens").text
        again = clerk.post("/account/tokens", form)
        assert (again.status_code, text in again.text) == (409, False)
        with site.system.database.reading() as session:
            token = session.scalars(sa.select(ApiToken)).one()
        assert token.prefix in clerk.get("/account/tokens").text
        assert clerk.post(f"/account/tokens/{token.id}/revoke").status_code == 303
        assert answer(site, text, "/api/v1/facility").status_code == 401
        assert clerk.get("/account/tokens").status_code == 200

    @pytest.mark.parametrize(("name", "value"), [
        ("name", ""), ("scopes", []), ("registries", []), ("days", "9999"), ("days", "many"), ("area", "nowhere"),
    ])  # fmt: skip
    def test_what_is_wrong_is_named_and_the_rest_kept(self, site, name, value):
        clerk = site.visitor("clerk")
        refused = clerk.post("/account/tokens", {**self.form(clerk), name: value})
        assert refused.status_code == 422
        page = Page(refused.text)
        assert f"#{name}" in [link.get("href") for link in page.all("a")]
        assert name == "name" or "GIS" in refused.text

    def test_a_token_of_somebody_else_is_not_there(self, site):
        token, text = made(site, site.account("clerk"))
        other = site.visitor("clerk")
        assert other.post(f"/account/tokens/{token.id}/revoke").status_code == 404
        assert answer(site, text).status_code == 200
        assert site.visitor().client.get("/account/tokens").status_code == 302
