"""Leaders see people only after saying why, for three hours, and the auditor finds it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.accounts import openings
from portal.accounts.models import RoleGrant, User
from portal.accounts.people import actor_of
from registries import references
from registries.access import NotAllowed
from registries.changes import CHANGE
from registries.messages import Refused
from registries.records import NotFound

START = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
REASON = "The fire in Linhe Road: who lives there?"


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as travelling:
        yield travelling


@pytest.fixture
def leader(site, clock):
    return site.account("leader", "000101001", name="ms-song")


class Lead:
    """What a leader may see at a moment."""

    def __init__(self, site, user):
        self.site, self.user, self.database = site, user, site.system.database

    @property
    def actor(self):
        with self.database.reading() as session:
            return actor_of(session, session.get_one(User, self.user.id))

    def open(self, reason=REASON, area=None):
        with self.database.writing("system") as session:
            found = references.load(session).areas.find(area).id if area else None
            return openings.open_people(session, actor=self.actor, reason=reason, area_id=found)

    def sees_people(self) -> bool:
        with self.database.reading() as session:
            try:
                residents = self.site.system.catalogue["resident"]
                residents.get(session, self.site.records["resident"][0], actor=self.actor)
            except NotFound:
                return False
        return True


@pytest.fixture
def lead(site, leader):
    return Lead(site, leader)


def test_people_are_there_for_three_hours(lead, clock):
    assert not lead.sees_people()
    lead.open()
    assert lead.sees_people()
    clock.shift(timedelta(hours=2, minutes=59))
    assert lead.sees_people()
    clock.shift(timedelta(minutes=1))
    assert not lead.sees_people()


def test_an_opening_lets_one_look_and_nothing_else(lead):
    lead.open()
    root = lead.actor.grants_of("leader")[0].area_path
    for action in ("write", "import", "export", "reveal", "undo", "merge", "erase", "transfer"):
        assert not lead.actor.may(action, "population", root)
    assert lead.actor.may("read", "population", root)


def test_it_reaches_no_further_than_the_leader_or_the_area_chosen(site, lead):
    lead.open(area="000101001002")
    assert not lead.sees_people()
    with pytest.raises(NotAllowed):
        lead.open(area="000101002")
    with pytest.raises(NotAllowed):
        lead.open(area="000101")


@pytest.mark.parametrize("reason", ["", "   ", "because", "x" * 1001])
def test_a_reason_that_says_nothing_opens_nothing(lead, reason):
    with pytest.raises(Refused):
        lead.open(reason)
    assert not lead.sees_people()


@pytest.mark.parametrize("role", ["clerk", "registry_admin", "system_admin", "auditor", "editor"])
def test_only_leaders_open(site, role):
    with pytest.raises(NotAllowed):
        Lead(site, site.account(role)).open()


def test_who_leads_no_longer_has_no_opening_either(site, lead):
    lead.open()
    with lead.database.writing("system") as session:
        for row in session.scalars(sa.select(openings.Opening)):
            assert row.until > START
        session.scalar(sa.select(RoleGrant).where(RoleGrant.user_id == lead.user.id)).role = "editor"
    assert not lead.sees_people()


def test_it_ends_when_the_leader_says_so_and_by_nobody_else(site, lead):
    made = lead.open()
    other = Lead(site, site.account("leader"))
    with lead.database.writing("system") as session, pytest.raises(NotFound):
        openings.close(session, made.id, actor=other.actor)
    with lead.database.writing("system") as session:
        openings.close(session, made.id, actor=lead.actor)
    assert not lead.sees_people()


def test_an_opening_is_logged_with_its_reason(site, lead):
    lead.open()
    with lead.database.reading() as session:
        logged = session.execute(sa.select(CHANGE["system"]).where(CHANGE["system"].c.kind == "opening")).one()
        assert (logged.actor, logged.action, logged.reason) == ("ms-song", "open", REASON)

def test_the_page_opens_and_closes(site, leader, visitor):
    browser = visitor(user=leader)
    person = f"/desk/resident/{site.records['resident'][0]}"
    assert browser.get(person).status_code == 404
    assert browser.post("/account/openings", {"reason": "short", "area": ""}).status_code == 422
    assert browser.post("/account/openings", {"reason": REASON, "area": ""}).status_code == 302
    assert REASON in browser.page("/account/openings").text
    assert browser.open(person, check_page=False).status_code == 200
    with site.system.database.reading() as session:
        made = session.scalar(sa.select(openings.Opening.id))
    assert browser.post(f"/account/openings/{made}/close").status_code == 302
    assert browser.get(person).status_code == 404


def test_the_page_says_when_an_area_is_not_ones_own(leader, visitor):
    browser = visitor(user=leader)
    assert browser.post("/account/openings", {"reason": REASON, "area": "000101002"}).status_code == 404
