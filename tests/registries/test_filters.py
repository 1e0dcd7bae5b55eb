"""Each filter of a list leaves the records that a plain reading would leave, on both engines."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from registries import access, listing, marks, references
from registries.access import Actor, Grant
from registries.areas import SEGMENT
from registries.days import today
from registries.db import Database, new_id
from registries.facilities.service import FACILITY
from registries.listing import EMPTY, Range, Wish
from registries.organisations.service import ORGANISATION
from registries.population.models import Resident, ResidentGroup
from registries.population.service import RESIDENT
from registries.records import Change, New, Records
from registries.storing import live

CONSOLE = access.console("test")
DAY = timedelta(days=1)

PEOPLE: dict[str, dict[str, Any]] = {
    "张建国": {"sex": "1", "birth_date": "1950-03", "address": "解放路1号", "phone": "13800000001"},
    "张晓明": {"sex": "1", "birth_date": "1987-11-30", "address": "解放路2号", "groups": [{"group": "V10"}]},
    "王建国": {"sex": "2", "birth_date": None, "address": "Park Road 3", "groups": [{"group": "V01"}]},
    "欧阳锋": {"sex": None, "birth_date": "1970", "address": "解放路4号"},
    "John Smith": {"sex": "1", "birth_date": "1990", "address": None},
    "阿依古丽·买买提": {"sex": "2", "birth_date": "1999-01-01", "address": "解放路5号", "at_root": True},
}
UNITS: dict[str, dict[str, Any]] = {
    "锦安商贸有限公司": {
        "org_type": "10", "address": "解放路1号", "next_inspection_on": today() - DAY, "opened_on": date(2001, 5, 1),
        "registrations": [{"scheme": "USCC", "number": "91350100M000100Y43"}],
        "licences": [{"kind": "food", "valid_to": date(2020, 1, 1)}],
    },
    "ABC Trading": {"org_type": None, "address": "解放路2号", "next_inspection_on": today(), "phone": "041612345"},
    "关门大吉饭店": {
        "org_type": "10", "address": "", "next_inspection_on": today() - DAY, "operating_status": "50",
        "opened_on": date(2011, 5, 1),
    },
}  # fmt: skip
FACILITIES: dict[str, dict[str, Any]] = {
    "一号消火栓": {"subclass": "2101", "location": "东门", "next_check_on": today() - DAY, "state": "01"},
    "二号消火栓": {"subclass": "2101", "location": "西门", "next_check_on": today() - DAY, "state": "06"},
    "长椅": {"subclass": None, "location": None, "next_check_on": None},
}


@pytest.fixture(scope="module")
def filled(shared_database: Database, catalogue_of_module: Mapping[str, Records]) -> Database:
    """The records above; each lies in the last area unless it says that it lies in the district."""
    with shared_database.reading() as session:
        areas = references.load(session).areas
    last = max(areas, key=lambda area: area.path)
    root = areas.root()
    for kind, told in (("resident", PEOPLE), ("organisation", UNITS), ("facility", FACILITIES)):
        records = catalogue_of_module[kind]
        with shared_database.writing(records.kind.database) as session:
            news = [
                New(new_id(), {
                    "name": name, "area_id": root.id if values.get("at_root") else last.id,
                    **{key: value for key, value in values.items() if key != "at_root"},
                })
                for name, values in told.items()
            ]  # fmt: skip
            records.insert_many(session, news, actor=CONSOLE)
    return shared_database


@pytest.fixture(scope="module")
def catalogue_of_module() -> dict[str, Records]:
    """The kinds of which there are records here."""
    return {kind.name: Records(kind) for kind in (RESIDENT, ORGANISATION, FACILITY)}


def names(database: Database, records: Records, actor: Actor = CONSOLE, **wish: Any) -> list[str]:
    """The names that a list gives; its count must be theirs."""
    with database.reading() as session:
        page = listing.find(session, records, Wish(**wish), actor=actor)
        assert listing.count(session, records, Wish(**wish), actor=actor) == (len(page.items), False)
        return sorted(item.values["name"] for item in page.items)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"name": "张"}, ["张建国", "张晓明"]),
        ({"name": "建国"}, ["张建国", "王建国"]),
        ({"name": "zhangj"}, ["张建国"]),
        ({"name": "ZJG"}, ["张建国"]),
        ({"name": "ouyang"}, ["欧阳锋"]),
        ({"name": "锋"}, ["欧阳锋"]),
        ({"name": "john smith"}, ["John Smith"]),
        ({"name": "买买提"}, ["阿依古丽·买买提"]),
        ({"name": "没有"}, []),
        ({"address": "park road"}, ["王建国"]),
        ({"address": "路4"}, ["欧阳锋"]),
        ({"address": EMPTY}, ["John Smith"]),
        ({"sex": []}, []),
        ({"sex": EMPTY}, ["欧阳锋"]),
        ({"sex": ["1", "9"]}, ["John Smith", "张建国", "张晓明"]),
        ({"phone": "13800000001"}, ["张建国"]),
        ({"phone": EMPTY, "sex": "1"}, ["John Smith", "张晓明"]),
        ({"area_id": EMPTY}, ["阿依古丽·买买提"]),
        ({"groups": "V10"}, ["张晓明"]),
        ({"groups": ["V10", "V01"]}, ["张晓明", "王建国"]),
        ({"groups.group": "V01"}, ["王建国"]),
        ({"groups": EMPTY, "sex": "1"}, ["John Smith", "张建国"]),
        ({"birth_date": Range("1970", "1990")}, ["John Smith", "张晓明", "欧阳锋"]),
        ({"created_at": Range(None, datetime(2020, 1, 1, tzinfo=UTC))}, []),
        ({"updated_at": Range(datetime(2020, 1, 1, tzinfo=UTC), None), "name": "张"}, ["张建国", "张晓明"]),
    ],
)
@pytest.mark.parametrize("sort", ["name", "birth_date", "updated_at", "id"])
def test_people_are_found_by(
    filled: Database, catalogue_of_module: Mapping[str, Records], filters: dict[str, Any], found: list[str], sort: str
) -> None:
    assert names(filled, catalogue_of_module["resident"], filters=filters, sort=sort) == sorted(found)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"name": "商贸"}, ["锦安商贸有限公司"]),
        ({"name": "jinan"}, ["锦安商贸有限公司"]),
        ({"name": "jasm"}, ["锦安商贸有限公司"]),
        ({"name": "trad"}, ["ABC Trading"]),
        ({"name": ["关门", "饭店"]}, ["关门大吉饭店"]),
        ({"registrations.number": "91350100M000100Y43"}, ["锦安商贸有限公司"]),
        ({"registrations": EMPTY}, ["ABC Trading", "关门大吉饭店"]),
        ({"licences.valid_to": Range(None, date(2021, 1, 1))}, ["锦安商贸有限公司"]),
        ({"opened_on": Range(date(2010, 1, 1), date(2012, 1, 1))}, ["关门大吉饭店"]),
        ({"opened_on": EMPTY}, ["ABC Trading"]),
        ({"phone": "041612345"}, ["ABC Trading"]),
        ({"org_type": "10"}, ["关门大吉饭店", "锦安商贸有限公司"]),
    ],
)
def test_organisations_are_found_by(
    filled: Database, catalogue_of_module: Mapping[str, Records], filters: dict[str, Any], found: list[str]
) -> None:
    assert names(filled, catalogue_of_module["organisation"], filters=filters) == sorted(found)


def test_overdue_is_what_should_have_been_done_before_today_and_still_can_be(
    filled: Database, catalogue_of_module: Mapping[str, Records]
) -> None:
    assert names(filled, catalogue_of_module["organisation"], overdue=True) == ["锦安商贸有限公司"]
    assert names(filled, catalogue_of_module["facility"], overdue=True) == ["一号消火栓"]
    assert names(filled, catalogue_of_module["resident"], overdue=True) == []


def test_incomplete_is_what_lacks_a_wanted_field(
    filled: Database, catalogue_of_module: Mapping[str, Records]
) -> None:
    people = catalogue_of_module["resident"]
    lacking = ["John Smith", "欧阳锋", "王建国", "阿依古丽·买买提"]
    for sort in ("name", "id", "updated_at", "birth_date"):
        assert names(filled, people, incomplete=True, sort=sort) == sorted(lacking)
    assert names(filled, people, incomplete=True, filters={"sex": "2"}) == ["王建国", "阿依古丽·买买提"]
    assert names(filled, catalogue_of_module["organisation"], incomplete=True) == ["ABC Trading", "关门大吉饭店"]
    assert names(filled, catalogue_of_module["facility"], incomplete=True) == ["长椅"]
    with filled.reading() as session:
        plain = session.scalars(sa.select(Resident.name).where(marks.incomplete(people), live(people.kind.table))).all()
    assert sorted(plain) == sorted(lacking)


def test_incomplete_and_groups_heed_the_area_of_the_actor(
    filled: Database, catalogue_of_module: Mapping[str, Records]
) -> None:
    people = catalogue_of_module["resident"]
    with filled.reading() as session:
        paths = sorted(area.path for area in references.load(session).areas)
    here, elsewhere = (Actor("x", (Grant("clerk", path),)) for path in (paths[-1], paths[1]))
    assert names(filled, people, here, incomplete=True) == ["John Smith", "欧阳锋", "王建国"]
    assert names(filled, people, here, filters={"groups": ["V10", "V01"]}) == ["张晓明", "王建国"]
    assert not paths[-1].startswith(paths[1])
    assert names(filled, people, elsewhere, incomplete=True) == []
    assert names(filled, people, elsewhere, filters={"groups": ["V10", "V01"]}) == []


@pytest.mark.parametrize(
    "name", ["note", "no_such_field", "stays", "groups.source", "groups.nothing", "guardian_phone"]
)
@pytest.mark.parametrize("value", ["x", EMPTY])
def test_what_lists_are_not_narrowed_by_is_refused(
    filled: Database, catalogue_of_module: Mapping[str, Records], name: str, value: Any
) -> None:
    if name == "stays" and value is EMPTY:
        pytest.skip("A list of parts may be asked for whether it is empty.")
    with pytest.raises(KeyError):
        names(filled, catalogue_of_module["resident"], filters={name: value})


def test_groups_lie_where_their_resident_lies_after_a_move_too(
    any_database: Database, catalogue: Mapping[str, Records]
) -> None:
    people = catalogue["resident"]
    with any_database.reading() as session:
        first, second = sorted(references.load(session).areas, key=lambda area: area.path)[-2:]
    new = New(new_id(), {"name": "张三", "area_id": first.id, "groups": [{"group": "V10"}]})
    with any_database.writing("population") as session:
        people.insert_many(session, [new], actor=CONSOLE)
    assert _paths(any_database) == [first.path]
    with any_database.writing("population") as session:
        people.change(session, [Change(people.load(session, [new.id])[0], {"area_id": second.id})], actor=CONSOLE)
    assert _paths(any_database) == [second.path]
    change = {"area_id": first.id, "groups": [{"group": "V10"}, {"group": "V13"}]}
    with any_database.writing("population") as session:
        people.change(session, [Change(people.load(session, [new.id])[0], change)], actor=CONSOLE)
    assert _paths(any_database) == [first.path, first.path]
    assert len(first.path) > SEGMENT


def _paths(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(sa.select(ResidentGroup.area_path)))
