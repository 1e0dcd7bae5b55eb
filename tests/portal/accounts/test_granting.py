"""Who may give and take roles, and what may not be held together."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal.accounts import granting
from portal.accounts import service as accounts
from portal.accounts.models import RoleGrant
from portal.accounts.passwords import NewPassword
from portal.accounts.people import actor_of
from registries import references
from registries.access import EXCLUSIVE, ROLES, NotAllowed
from registries.changes import CHANGE
from registries.days import today
from registries.messages import Refused
from registries.records import NotFound

DISTRICT, STREET, OTHER_STREET, GRID = "000101", "000101001", "000101002", "000101001001001"


class Office:
    """Accounts of a site, and what one may do to another."""

    def __init__(self, site) -> None:
        self.site, self.database = site, site.system.database

    def actor(self, user):
        with self.database.reading() as session:
            return actor_of(session, session.get_one(type(user), user.id))

    def area(self, code):
        with self.database.reading() as session:
            return references.load(session).areas.find(code).id

    def grant(self, who, user, role, area=DISTRICT, registry=None, until=None):
        actor = self.actor(who) if who else self.site.console
        with self.database.writing("system") as session:
            return granting.grant(session, user.id, role, self.area(area), registry, actor=actor, until=until)

    def revoke(self, who, user, role):
        actor = self.actor(who) if who else self.site.console
        with self.database.writing("system") as session:
            found = sa.select(RoleGrant.id).where(RoleGrant.user_id == user.id, RoleGrant.role == role)
            return granting.revoke(session, session.scalar(found), actor=actor)

    def do(self, verb, who, user, *more):
        with self.database.writing("system") as session:
            return verb(session, user.id, *more, actor=self.actor(who) if who else self.site.console)

    def roles(self, user):
        with self.database.reading() as session:
            return sorted(session.scalars(sa.select(RoleGrant.role).where(RoleGrant.user_id == user.id)))


@pytest.fixture
def office(site):
    return Office(site)


@pytest.fixture
def chief(site):
    return site.account("system_admin", name="chief")


@pytest.fixture
def keeper(site):
    return site.account("registry_admin", STREET, "population", name="keeper")


@pytest.mark.parametrize("held", sorted(EXCLUSIVE))
@pytest.mark.parametrize("wanted", sorted(EXCLUSIVE))
def test_accounts_data_and_log_are_administered_by_three_people(site, office, held, wanted):
    user = site.account(held)
    if held == wanted:
        office.grant(None, user, wanted, STREET)
        return
    with pytest.raises(Refused, match="cannot be held together"):
        office.grant(None, user, wanted)
    assert office.roles(user) == [held]


def test_even_a_grant_that_has_run_out_excludes(site, office):
    """Otherwise somebody would be both by waiting for midnight."""
    user = site.account("auditor")
    office.grant(None, user, "clerk", until=today())
    with pytest.raises(Refused):
        office.grant(None, user, "system_admin")


@pytest.mark.parametrize("role", ROLES)
def test_nobody_changes_what_he_may_do_himself(office, chief, role):
    with pytest.raises(NotAllowed):
        office.grant(chief, chief, role)


def test_nobody_disables_or_resets_himself(office, chief):
    for verb, more in (
        (accounts.disable, ()), (accounts.enable, ()), (accounts.reset_second_factor, ()),
        (accounts.reset_password, (NewPassword("x"),)),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            office.do(verb, chief, chief, *more)
    with pytest.raises(NotAllowed):
        office.revoke(chief, chief, "system_admin")


def test_the_administrator_of_a_registry_gives_the_roles_of_his_own_clerks(site, office, keeper):
    clerk = site.account("clerk", GRID, "population")
    office.grant(keeper, clerk, "grid_worker", GRID, "population", today() + timedelta(days=30))
    assert office.roles(clerk) == ["clerk", "grid_worker"]
    for role in sorted(set(ROLES) - granting.OWN_CLERKS):
        with pytest.raises(NotAllowed):
            office.grant(keeper, clerk, role, GRID, "population")


@pytest.mark.parametrize(
    ("area", "registry"), [(OTHER_STREET, "population"), (DISTRICT, "population"), (GRID, "facilities"), (GRID, None)]
)
def test_he_gives_nothing_outside_his_area_or_registry(site, office, keeper, area, registry):
    clerk = site.account("clerk", GRID, "population")
    with pytest.raises(NotAllowed):
        office.grant(keeper, clerk, "clerk", area, registry)


@pytest.mark.parametrize(
    ("role", "area", "registry"),
    [
        ("clerk", OTHER_STREET, "population"), ("clerk", GRID, "facilities"), ("clerk", GRID, None),
        ("leader", GRID, None), ("system_admin", DISTRICT, None), ("auditor", DISTRICT, None),
    ],
)  # fmt: skip
def test_accounts_that_are_not_his_are_not_there_for_him(site, office, keeper, role, area, registry):
    stranger = site.account(role, area, registry)
    for verb, more in (
        (accounts.disable, ()), (accounts.reset_second_factor, ()), (accounts.reset_password, (NewPassword("x"),)),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            office.do(verb, keeper, stranger, *more)
    with pytest.raises(NotFound):
        office.revoke(keeper, stranger, role)
    with office.database.reading() as session:
        seen = accounts.listed(session, actor=office.actor(keeper))
        with pytest.raises(NotFound):
            accounts.find(session, stranger.id, actor=office.actor(keeper))
    assert stranger.id not in {row.user.id for row in seen}


def test_a_clerk_with_a_further_role_elsewhere_is_no_longer_his_alone(site, office, keeper):
    clerk = site.account("clerk", GRID, "population")
    office.grant(None, clerk, "clerk", OTHER_STREET, "population")
    with pytest.raises(NotFound):
        office.do(accounts.reset_password, keeper, clerk, NewPassword("x"))


@pytest.mark.parametrize("role", sorted(set(ROLES) - {"system_admin", "registry_admin"}))
def test_others_administer_nobody(site, office, role):
    actor, clerk = office.actor(site.account(role)), site.account("clerk", GRID)
    with office.database.writing("system") as session:
        with pytest.raises(NotAllowed):
            accounts.create_user(session, "new", NewPassword("x"), "clerk", GRID, None, actor=actor)
        with pytest.raises(NotFound):
            granting.grant(session, clerk.id, "clerk", office.area(STREET), None, actor=actor)
        with pytest.raises(NotFound):
            accounts.disable(session, clerk.id, actor=actor)


def test_the_administrator_of_a_street_gives_no_role_for_the_district(site, office):
    local, clerk = site.account("system_admin", STREET), site.account("clerk", GRID)
    office.grant(local, clerk, "leader", STREET)
    with pytest.raises(NotAllowed):
        office.grant(local, clerk, "editor", DISTRICT)


def test_the_last_administrator_of_the_system_stays(site, office, chief):
    with pytest.raises(Refused, match="last account"):
        office.do(accounts.disable, None, chief)
    with pytest.raises(Refused, match="last account"):
        office.revoke(None, chief, "system_admin")
    second = site.account("system_admin", name="second")
    office.do(accounts.disable, chief, second)
    with pytest.raises(Refused, match="last account"):
        office.do(accounts.disable, None, chief)
    office.do(accounts.enable, chief, second)
    office.do(accounts.disable, second, chief)


def test_one_of_two_grants_of_the_last_administrator_may_go(office, chief):
    office.grant(None, chief, "system_admin", STREET)
    office.revoke(None, chief, "system_admin")
    assert office.roles(chief) == ["system_admin"]


def test_the_auditor_sees_all_accounts_and_changes_none(site, office, chief, keeper):
    auditor = site.account("auditor")
    with office.database.reading() as session:
        seen = accounts.listed(session, actor=office.actor(auditor))
    assert {row.user.name for row in seen} >= {"chief", "keeper", auditor.name}
    assert not any(row.may_change for row in seen)


def test_a_role_is_given_for_today_or_later_and_once(site, office, chief):
    clerk = site.account("clerk")
    with pytest.raises(Refused, match="past"):
        office.grant(chief, clerk, "grid_worker", until=today() - timedelta(days=1))
    office.grant(chief, clerk, "grid_worker", until=date(2999, 1, 1))
    with pytest.raises(Refused, match="already"):
        office.grant(chief, clerk, "grid_worker", until=date(2999, 1, 1))


def test_every_change_stands_in_the_log(site, office, chief):
    clerk = site.account("clerk", name="lin")
    office.grant(chief, clerk, "grid_worker", STREET)
    office.revoke(chief, clerk, "grid_worker")
    office.do(accounts.reset_password, chief, clerk, NewPassword("x"))
    office.do(accounts.disable, chief, clerk)
    with office.database.reading() as session:
        table = CHANGE["system"]
        rows = session.execute(sa.select(table).where(table.c.record_id == clerk.id).order_by(table.c.id)).all()
    assert [row.action for row in rows][-4:] == ["grant", "revoke", "reset_password", "disable"]
    assert {row.actor for row in rows[-4:]} == {"chief"}


@pytest.mark.parametrize("name", ["", " lin", "lin ", "x" * 61, "a:b", "lin\n", "li\x00n"])
def test_odd_names_are_refused(office, site, name):
    with pytest.raises(Refused), office.database.writing("system") as session:
        accounts.create_user(session, name, NewPassword("x"), "clerk", GRID, None, actor=site.console)


def test_names_that_people_would_confuse_are_refused(office, site):
    site.account("clerk", name="lin")
    with pytest.raises(Refused, match="already"):
        site.account("clerk", name="LIN")
