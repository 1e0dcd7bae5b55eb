"""A list is what a plain reading of all the records would give, page by page, in either direction."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from registries import access, listing, references
from registries.access import Actor, Grant
from registries.crypto import blinds
from registries.db import Database, new_id
from registries.listing import Range, Wish
from registries.narrowing import areas_of
from registries.population.models import Resident, ResidentGroup
from registries.population.service import RESIDENT
from registries.records import New, Records

PEOPLE = Records(RESIDENT)
CONSOLE = access.console("test")
DAY = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def people(shared_database: Database) -> tuple[Database, list[dict[str, Any]]]:
    """Residents with many equal names and dates, some retired, some merged; and the same as plain dicts."""
    rng, told = Random(5), []
    with shared_database.reading() as session:
        areas = list(references.load(session).areas)
    for _ in range(260):
        area = rng.choice(areas)
        told.append(
            {
                "id": new_id(),
                "name": rng.choice(("王芳", "李伟", "张敏", "阿依古丽·买买提")),
                "sex": rng.choice(("1", "2", "9", None)),
                "birth_date": rng.choice(("1950", "1950-03", "1950-03-05", "1987-11-30", None)),
                "area_id": area.id,
                "path": area.path,
                "ethnicity": rng.choice(("01", "01", "01", "05", None)),
                "address": f"解放路{rng.randrange(9)}号",
                "population_type": rng.choice(("HJ", "LD", "JW")),
                "stay_status": rng.choice(("1", "5")),
                "doc_type": "RIC",
                "phone": rng.choice(("13800000001", "13800000002", None)),
                "groups": rng.sample(("V10", "V01", "V13"), rng.randrange(3)),
                "state": rng.choice(("live", "live", "live", "live", "retired", "merged")),
            }
        )
    with shared_database.writing("population") as session:
        PEOPLE.insert_many(session, [New(one["id"], _values(one)) for one in told], actor=CONSOLE)
        for one in told:
            one["updated_at"] = DAY + timedelta(days=rng.randrange(4))
            state = {"retired": {"retired_at": DAY}, "merged": {"merged_into": told[0]["id"]}}.get(one["state"], {})
            session.query(Resident).filter_by(id=one["id"]).update({"updated_at": one["updated_at"], **state})
    return shared_database, told


def _values(one: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in one.items() if name not in ("id", "path", "state", "groups")}
    return {**kept, "groups": [{"group": code} for code in one["groups"]]}


KEYS = {
    "name": lambda one: one["pinyin"],
    "birth_date": lambda one: one["birth_date"] or "9999",
    "id": lambda one: one["id"],
    "updated_at": lambda one: one["updated_at"],
}
FILTERS = {
    "sex": st.sampled_from(["1", "2", "9", ["1", "9"]]),
    "ethnicity": st.sampled_from(["01", "05", ["01", "05"]]),
    "population_type": st.sampled_from(["LD", "JW"]),
    "stay_status": st.sampled_from(["1", "5"]),
    "phone": st.sampled_from(["13800000001", "13999999999"]),
    "groups": st.sampled_from(["V10", ["V10", "V13"], "V14"]),
    "address": st.sampled_from(["路3", "%"]),
    "birth_date": st.sampled_from([Range("1950-03", None), Range(None, "1950"), Range("1950-01", "1950-03"), "1950"]),
}


def meets(one: dict[str, Any], name: str, wanted: Any) -> bool:
    """Whether a plain record meets a filter."""
    value = one[name]
    if isinstance(wanted, Range):
        key = value or "9999"
        return (wanted.least or "") <= key and (
            wanted.most is None or key <= wanted.most or key.startswith(wanted.most)
        )
    if name == "address":
        return wanted in value
    wanted = wanted if isinstance(wanted, list) else [wanted]
    return any(each in value for each in wanted) if name == "groups" else value in wanted


def expected(told: list[dict[str, Any]], wish: Wish, actor: Actor) -> list[UUID]:
    """The ids that the list must give, by going through all."""
    state = ("retired",) if wish.retired else ("live",)
    found = [
        one
        for one in told
        if one["state"] in state
        and actor.may("read", "population", one["path"])
        and (not wish.areas or any(one["path"].startswith(path) for path in wish.areas))
        and all(meets(one, name, value) for name, value in wish.filters.items())
    ]
    found.sort(key=lambda one: (KEYS[wish.sort](one), one["id"]), reverse=wish.descending)
    return [one["id"] for one in found]


def walk(session: Session, wish: Wish, actor: Actor, records: Records = PEOPLE) -> tuple[list[UUID], list[UUID]]:
    """All ids by going on from the first page to the last, and by going back from the last to the first."""
    pages = [listing.find(session, records, wish, actor=actor)]
    while pages[-1].after:
        pages.append(listing.find(session, records, replace(wish, after=pages[-1].after), actor=actor))
    back = pages[-1:]
    while back[0].before:
        back.insert(0, listing.find(session, records, replace(wish, before=back[0].before), actor=actor))
    return [item.id for page in pages for item in page.items], [item.id for page in back for item in page.items]


@st.composite
def wishes(draw: st.DrawFn) -> tuple[dict[str, Any], list[int], list[int] | None]:
    names = draw(st.lists(st.sampled_from(sorted(FILTERS)), unique=True, max_size=2))
    wish = {
        "filters": {name: draw(FILTERS[name]) for name in names},
        "sort": draw(st.sampled_from(sorted(KEYS))),
        "descending": draw(st.booleans()),
        "limit": draw(st.sampled_from([1, 7, 50, 300])),
        "retired": draw(st.sampled_from([False, False, False, True])),
    }
    if wish["limit"] == 1 and not names:
        wish["limit"] = 11
    numbers = st.integers(0, 14)
    return wish, draw(st.lists(numbers, max_size=2)), draw(st.none() | st.lists(numbers, max_size=3))


@pytest.mark.parametrize(("few", "steps"), [(listing.FEW, listing.STEPS), (3, (4, 20)), (3, (9, 1000))])
def test_list_is_what_going_through_all_records_gives(
    people: tuple[Database, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch, few: int, steps: int
) -> None:
    # With small bounds the few records of a test are walked, given up and sorted as a million would be.
    monkeypatch.setattr(listing, "FEW", few)
    monkeypatch.setattr(listing, "STEPS", steps)
    database, told = people
    with database.reading() as session:
        paths = [area.path for area in references.load(session).areas]
        for one in told:
            one["pinyin"] = RESIDENT.columns(one)["name_pinyin"]

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(wishes())
    def holds(drawn: tuple[dict[str, Any], list[int], list[int] | None]) -> None:
        told_wish, asked, scopes = drawn
        wish = Wish(areas=[paths[number] for number in asked], **told_wish)
        actor = CONSOLE if scopes is None else Actor("x", tuple(Grant("clerk", paths[number]) for number in scopes))
        with database.reading() as session:
            right = expected(told, wish, actor)
            onward, back = walk(session, wish, actor)
            assert onward == right
            assert back == right
            assert listing.count(session, PEOPLE, wish, actor=actor) == (len(right), False)
            for name in ("sex", "ethnicity", "stay_status"):
                free = replace(wish, filters={key: value for key, value in wish.filters.items() if key != name})
                numbers = {
                    value: len(expected(told, replace(free, filters={**free.filters, name: value}), actor))
                    for value in {one[name] for one in told} - {None}
                }
                facets = listing.facets(session, PEOPLE, wish, [name], actor=actor)[name]
                assert {one.value: one.number for one in facets} == {value: n for value, n in numbers.items() if n}

    holds()


@pytest.mark.parametrize("sort", ["opened_on", "name"])
@pytest.mark.parametrize("descending", [False, True])
def test_empty_sort_values_come_last_and_no_record_twice(
    shared_database: Database, catalogue: Any, sort: str, descending: bool
) -> None:
    units = catalogue["organisation"]
    rng = Random(7)
    with shared_database.reading() as session:
        root = references.load(session).areas.root()
    news = [
        New(
            new_id(),
            {
                "name": f"{sort}{descending}{rng.randrange(4)}",
                "area_id": root.id,
                "opened_on": rng.choice((None, None, DAY.date(), DAY.date() + timedelta(days=1))),
            },
        )
        for _ in range(25)
    ]
    with shared_database.writing("organisations") as session:
        units.insert_many(session, news, actor=CONSOLE)
    with shared_database.reading() as session:
        onward, back = walk(session, Wish(sort=sort, descending=descending, limit=4), CONSOLE, units)
        values = [item.values[sort] for item in units.load(session, onward)]
    assert onward == back
    assert len(set(onward)) == len(onward)
    assert {one.id for one in news} <= set(onward)
    full = [value for value in values if value is not None]
    assert values == full + [None] * (len(values) - len(full))
    assert full == sorted(full, reverse=descending)


def test_a_page_asks_no_index_for_what_it_does_not_hold(people: tuple[Database, list[dict[str, Any]]]) -> None:
    database, _told = people
    with database.reading() as session, pytest.raises(KeyError):
        listing.find(session, PEOPLE, Wish(sort="address"), actor=CONSOLE)
    with database.reading() as session, pytest.raises(KeyError):
        listing.find(session, PEOPLE, Wish(filters={"note": "x"}), actor=CONSOLE)


def test_whoever_asks_beside_the_own_area_gets_nothing() -> None:
    actor = Actor("x", (Grant("clerk", "00010002"),))
    assert areas_of(PEOPLE, actor, ["00010001"]) == []
    assert areas_of(PEOPLE, actor, ["0001"]) == ["00010002"]
    assert areas_of(PEOPLE, actor, ["000100020003", "00010002"]) == ["00010002"]
    assert areas_of(PEOPLE, Actor("x", (Grant("editor", "0001"),)), []) == []
    assert areas_of(PEOPLE, CONSOLE, []) is None


def test_groups_are_found_by_the_blind_index_that_writing_makes(people: tuple[Database, list[dict[str, Any]]]) -> None:
    database, told = people
    with database.reading() as session:
        wanted = blinds(session.info["keys"], "resident.groups.group", "V10")
        held = session.query(ResidentGroup).filter(ResidentGroup.group_index.in_(wanted)).count()
    assert held == sum("V10" in one["groups"] for one in told)
