"""People are found by what a clerk knows of them, within the clerk's areas, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from registries import access, references
from registries.db import Database
from registries.population import lookup
from registries.population.lookup import find_people
from registries.population.service import residents
from tests.conftest import demo_number

CONSOLE = access.console("test")
NUMBER = demo_number(1, "2")
WEST, EAST = "000101001001001", "000101002002001"
PEOPLE = (
    ("王小明", "1", WEST, "13900000001", "H1", "解放路12号3单元501室"),
    ("王晓明", "1", EAST, "13900000002", "H2", "和平路3号"),
    ("欧阳小明", "1", WEST, None, "H1", "解放路12号3单元501室"),
    ("阿依古丽·买买提", "2", EAST, None, "H3", "解放路7号_附1"),
    ("李明", "2", WEST, None, "H4", "和平路100%号"),
)


@pytest.fixture(scope="module")
def peopled(shared_database: Database) -> Database:
    """A database with `PEOPLE` in it."""
    for name, sex, area, phone, household, address in PEOPLE:
        raw: dict[str, Any] = {
            "name": name, "sex": sex, "area_id": area, "phone": phone, "household_number": household,
            "address": address, "no_id_reason": "other",
        }  # fmt: skip
        if name == "李明":
            raw |= {"doc_type": "RIC", "id_number": NUMBER, "no_id_reason": None}
        with shared_database.writing("population") as session:
            residents.create(session, raw, actor=CONSOLE, reason="test")
    return shared_database


@pytest.fixture(params=[0, lookup.FEW])
def find(
    peopled: Database, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., list[str]]:
    """Names found by a text; with no area small enough to be read whole, and with all of them so."""
    monkeypatch.setattr(lookup, "FEW", request.param)

    def found(text: str, scopes: list[str] | None = None, limit: int = 20) -> list[str]:
        with peopled.reading() as session:
            areas = references.load(session).areas
            paths = None if scopes is None else [areas.find(code).path for code in scopes]
            total, hits = find_people(session, text, paths, limit)
        assert len(hits) == min(total, limit)
        return [item.values["name"] for item, _title in hits]

    return found


@pytest.mark.parametrize(("text", "names"), [
    ("王小明", ["王小明"]), ("王", ["王晓明", "王小明"]), ("小明", ["王小明", "欧阳小明"]), ("晓明", ["王晓明"]),
    ("wangxiaoming", ["王小明", "王晓明"]), ("WangXiao", ["王小明", "王晓明"]), ("wxm", ["王小明", "王晓明"]),
    ("阿依古丽", ["阿依古丽·买买提"]), ("买买提", ["阿依古丽·买买提"]), ("古丽", ["阿依古丽·买买提"]),
    ("13900000002", ["王晓明"]), ("1390000000", []), ("H1", ["王小明", "欧阳小明"]), ("王 H1", ["王小明"]),
    ("解放路", ["王小明", "欧阳小明", "阿依古丽·买买提"]), ("王 解放路", ["王小明"]),
    ("解放路 501", ["王小明", "欧阳小明"]),
    ("号_附", ["阿依古丽·买买提"]), ("0%号", ["李明"]), ("张三", []), ("   ", []), ("'; --", []),
])  # fmt: skip
def test_people_are_found_by_whatever_is_known(find: Callable[..., list[str]], text: str, names: list[str]) -> None:
    assert sorted(find(text)) == sorted(names)


def test_an_id_number_is_found_exactly_and_never_by_a_part(find: Callable[..., list[str]]) -> None:
    assert find(NUMBER) == ["李明"]
    assert find(NUMBER[:14]) == []


def test_nobody_outside_the_areas_is_found(find: Callable[..., list[str]]) -> None:
    assert find("小明", [WEST]) == ["欧阳小明", "王小明"]
    assert find("王", [EAST]) == ["王晓明"]
    assert find("解放路", [EAST]) == ["阿依古丽·买买提"]
    assert sorted(find("王", [WEST, EAST])) == ["王小明", "王晓明"]
    assert find("13900000002", [WEST]) == []
    assert find("王", []) == []


def test_the_first_are_shown_and_all_are_counted(find: Callable[..., list[str]]) -> None:
    assert len(find("王", limit=1)) == 1
