"""Files of organisations, facilities and places through the whole importer, and back out of it."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from registries.access import Actor
from registries.coordinates import wgs84_to_gcj02
from registries.db import Database
from registries.demo.numbers import credit_code
from registries.facilities import FACILITY, PLACE
from registries.importing import applying, exporting, staging
from registries.importing.mapping import ColumnMapping
from registries.organisations import ORGANISATION
from registries.records import Records
from registries.sheets import open_table, write_xlsx
from registries.storing import Kind

UNITS = [
    {
        "企业名称": "安澜恒通商贸有限公司",
        "统一社会信用代码": credit_code("91", 31),
        "企业类型": "N/A",
        "注册地址": "临河街１２号",
    },
    {"企业名称": "安澜兴旺饭店", "统一社会信用代码": "", "企业类型": "个体工商户", "注册地址": "望海路3号"},
]
PREMISES = [
    {
        "統一立案編號": "22099131",
        "名稱": name,
        "營業地址": address,
        "保單到期日": "115/05/01",
        "Longitude": "121.5",
        "Latitude": "25.0",
    }
    for name, address in (("悅家居", "信義路1號"), ("悅家居", "信義路2號"), ("悅家居", "信義路1號"))
]
HYDRANTS = [
    {"消防栓位置": place, "種類": "地下", "經度": longitude, "緯度": "24.1018706", "是否停用": "False"}
    for place, longitude in (("甲園街口", "120.695594"), ("乙園街口", "120.695595"))
]
HYDRANT = ColumnMapping(constants={"subclass": "2101"})


class Office:
    """Imports and exports files as the command does."""

    def __init__(self, database: Database, actor: Actor, folder: Path) -> None:
        self.database, self.actor, self.folder = database, actor, folder

    def take(self, kind: Kind, rows: list[dict[str, str]], mapping: ColumnMapping | None = None) -> Any:
        path = self.folder / "office.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        return self.take_file(kind, path, mapping)

    def take_file(self, kind: Kind, path: Path, mapping: ColumnMapping | None = None) -> Any:
        records = Records(kind)
        with open_table(path) as table:
            options = staging.Options(path.name, mapping=mapping)
            batch = staging.stage(self.database, records, table, options, actor=self.actor, workers=0)
        return applying.apply(self.database, records, batch.id, actor=self.actor)

    def export(self, kind: Kind, language: str = "zh") -> Path:
        wish = exporting.Wish(language=language)
        headings, rows = exporting.export(self.database, Records(kind), wish, actor=self.actor)
        path = self.folder / f"{kind.name}.xlsx"
        write_xlsx(path, headings, rows)
        return path

    def all(self, kind: Kind) -> list[dict[str, Any]]:
        with self.database.reading() as session:
            rows = session.execute(kind.table.select().order_by(kind.table.c.id)).all()
            return [item.values for item in Records(kind).items(session, rows)]


@pytest.fixture
def office(database: Database, actor: Actor, tmp_path: Path) -> Office:
    return Office(database, actor, tmp_path)


def counted(batch: Any) -> dict[str, int]:
    return {name: batch.counts[name] for name in ("new", "changed", "same", "duplicate", "error")}


def test_units_with_and_without_a_code_are_known_again(office: Office):
    assert counted(office.take(ORGANISATION, UNITS))["new"] == 2
    again = counted(office.take(ORGANISATION, UNITS))
    assert (again["new"], again["same"]) == (0, 2)
    assert [values["org_type"] for values in office.all(ORGANISATION)] == [None, "04"]


def test_a_file_leaves_registrations_that_it_does_not_tell(office: Office):
    office.take(ORGANISATION, UNITS)
    licensed = [
        {
            "企业名称": row["企业名称"],
            "统一社会信用代码": row["统一社会信用代码"],
            "注册号": "210700004001239",
        }
        for row in UNITS[:1]
    ]
    office.take(ORGANISATION, licensed)
    assert counted(office.take(ORGANISATION, UNITS))["same"] == 2
    assert [row["scheme"] for row in office.all(ORGANISATION)[0]["registrations"]] == ["uscc", "licence_no"]


def test_premises_of_one_owner_are_records_of_their_own(office: Office):
    batch = office.take(ORGANISATION, PREMISES)
    assert counted(batch) == {"new": 2, "changed": 0, "same": 0, "duplicate": 1, "error": 0}
    assert {values["operator_number"] for values in office.all(ORGANISATION)} == {"22099131"}
    assert counted(office.take(ORGANISATION, PREMISES))["new"] == 0


def test_facilities_get_codes_that_an_undo_does_not_give_back(office: Office):
    batch = office.take(FACILITY, HYDRANTS, HYDRANT)
    assert [values["code"][-6:] for values in office.all(FACILITY)] == ["000001", "000002"]
    assert office.all(FACILITY)[0]["attributes"] == {"種類": "地下"}
    applying.undo(office.database, {"facility": Records(FACILITY)}, batch.id, actor=office.actor)
    assert office.all(FACILITY) == []
    office.take(FACILITY, HYDRANTS, HYDRANT)
    assert [values["code"][-6:] for values in office.all(FACILITY)] == ["000003", "000004"]
    assert counted(office.take(FACILITY, HYDRANTS, HYDRANT))["same"] == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_goes_out_comes_back_without_a_change(office: Office, language: str):
    longitude, latitude = wgs84_to_gcj02(121.1, 41.1)
    full = {
        "name": "安澜化工厂",
        "uscc": credit_code("91", 32),
        "phone": "13800138000",
        "key_unit_kinds": "危化品；加油站",
        "longitude": longitude,
        "latitude": latitude,
        "datum": "gcj02",
        "area_id": "000101001001001",
        "hazardous_chemicals": [{"name": "1,2-二氯乙烷", "max_stock": 2.5}],
        "small_venue": "否",
        "ammonia": False,
        "licences": [{"kind": "L02", "number": "甲;乙|1", "valid_to": "2027-01-01"}],
        "note": "一\n二",
        "special_equipment": [{"kind": "3000", "next_inspection_on": "2026-05-01"}],
        "last_inspected_on": "2026-01-01",
        "inspection_days": 30,
        "responsibility_letters": [{"kind": "fire", "year": 2026}],
    }
    facility = {
        "subclass": "2101",
        "longitude": 308291.279,
        "latitude": 2771557.324,
        "attributes": {"口径：": "100；", "a": "b\\"},
        "last_checked_on": "2026-01-01",
        "is_public": True,
    }
    place = {"name": "3号楼", "kind": "楼栋", "height_m": 20.5, "fire_lane": True, "phone": "0416-3880000"}
    for kind, raw in ((ORGANISATION, full), (FACILITY, facility), (PLACE, place)):
        with office.database.writing(kind.database) as session:
            Records(kind).create(session, raw, actor=office.actor, reason="test")
        before = office.all(kind)
        assert counted(office.take_file(kind, office.export(kind, language))) == {
            "new": 0,
            "changed": 0,
            "same": 1,
            "duplicate": 0,
            "error": 0,
        }
        assert office.all(kind) == before
