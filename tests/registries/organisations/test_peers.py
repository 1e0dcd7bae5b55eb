"""Where a unit stands among those of its trade: numbers that can be counted by hand, on both engines."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from registries.access import Actor, Grant
from registries.days import today
from registries.organisations import peers

EAST, WEST = "000101001001", "000101002001"


@pytest.fixture
def add(any_database, catalogue, actor):
    def create(name, area=EAST, **more):
        with any_database.writing("organisations") as session:
            raw = {"name": name, "area_id": area, "industry": "C14", **more}
            return catalogue["organisation"].create(session, raw, actor=actor, reason="test").id

    return create


@pytest.fixture
def ask(any_database, catalogue, actor):
    def of(record_id, who=actor):
        records = catalogue["organisation"]
        with any_database.reading() as session:
            item = records.load(session, [record_id])[0]
            return peers.of_trade(session, records, item, today(), actor=who)

    return of


def test_rank_shares_and_colours_are_those_of_the_trade(add, ask):
    past, coming = today() - timedelta(days=1), today() + timedelta(days=1)
    own = add("甲", employees=20, address="路1号", risk_colour="1", next_inspection_on=past)
    add("乙", employees=30, address="路2号", risk_colour="4", next_inspection_on=coming)
    add("丙", employees=10, licences=[{"kind": "营业执照", "valid_to": past}, {"kind": "营业执照", "valid_to": past}])
    add("丁", employees=5, licences=[{"kind": "营业执照", "valid_to": coming}])
    add("戊")
    add("书店", industry="F52", employees=99)
    found = ask(own)
    assert (found.trade, found.units, found.few) == ("C14", 5, False)
    assert (found.larger, found.staff_known, found.median_staff) == (1, 4, 15)
    assert (found.overdue, found.expired) == (peers.Share(1, 2), peers.Share(1, 2))
    assert found.filled.value == 7 / 15
    assert found.colours == {"1": 1, "4": 1, None: 3}


def test_a_small_trade_is_widened_to_its_section_and_a_still_small_one_is_called_small(add, ask):
    own = add("甲")
    assert (ask(own).trade, ask(own).units, ask(own).few) == ("C", 1, True)
    for number in range(4):
        add(f"厂{number}", industry="C39")
    assert (ask(own).trade, ask(own).units, ask(own).few) == ("C", 5, False)


def test_without_a_trade_nothing_is_compared_and_without_staff_no_rank_is_told(add, ask):
    assert ask(add("甲", industry=None)) is None
    assert ask(add("乙")).larger is None


def test_what_is_retired_or_elsewhere_is_no_peer(any_database, catalogue, actor, add, ask):
    own, gone, _far = add("甲"), add("乙"), add("丙", WEST)
    with any_database.writing("organisations") as session:
        catalogue["organisation"].retire(session, gone, version=1, actor=actor, reason="test")
    with any_database.reading() as session:
        path = session.scalar(sa.text("SELECT path FROM network.area WHERE code = :c"), {"c": EAST})
    assert ask(own).units == 2
    assert ask(own, Actor("leader", (Grant("leader", path),))).units == 1
    assert ask(own, Actor("editor", (Grant("editor", path),))) is None


def test_a_share_of_none_is_no_number():
    assert peers.Share(0, 0).value is None
