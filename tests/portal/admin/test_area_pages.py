"""The area tree, the code lists and the mappings in the browser."""

from __future__ import annotations

import io

import pytest
import sqlalchemy as sa

from registries import references
from registries.areas import Area
from registries.days import today
from registries.importing import mapping
from tests.portal.working import run_all
from tests.site import Site, Visitor


@pytest.fixture
def admin(site: Site) -> Visitor:
    return site.visitor("registry_admin")


def place(site: Site, code: str):
    with site.system.database.reading() as session:
        return session.scalar(sa.select(Area).where(Area.code == code))


def test_the_tree_is_walked_and_searched(site, admin):
    root = place(site, "000101")
    assert admin.get("/admin/areas").headers["Location"] == f"/admin/areas/{root.id}"
    assert "临河街道" in admin.page(f"/admin/areas/{root.id}").text
    assert admin.get("/admin/areas?q=000101001").headers["Location"] == f"/admin/areas/{place(site, '000101001').id}"
    assert "西一网格" in admin.page("/admin/areas?q=西一").text
    assert "没有符合" in admin.page("/admin/areas?q=nowhere").text


def test_a_zone_is_added_renamed_and_ended(site, admin):
    street = place(site, "000101001")
    address = f"/admin/areas/{street.id}"
    wrong = admin.post(address, {"verb": "add", "kind": "zone", "new-name_zh": "开发区", "new-name_en": ""})
    assert wrong.status_code == 422
    assert 'href="#new-name_en"' in wrong.get_data(as_text=True)
    made = admin.post(address, {"verb": "add", "kind": "zone", "new-name_zh": "开发区", "new-name_en": "Zone A"})
    zone = made.headers["Location"]
    told = {"verb": "rename", "name_zh": "高新区", "name_en": "Zone B", "on": str(today())}
    assert admin.post(zone, told).status_code == 422
    assert admin.post(zone, {**told, "reason": "决定"}).status_code == 302
    assert "高新区" in admin.page(zone).text
    assert admin.post(zone, {"verb": "end", "on": str(today()), "reason": "决定"}).status_code == 302
    assert "停用" in admin.page(zone).text


def test_a_merger_is_shown_before_it_is_done(site, admin):
    community, other = place(site, "000101001001"), place(site, "000101001002")
    address = f"/admin/areas/{community.id}/merge"
    assert admin.post(address, {"to": "", "reason": "决定"}).status_code == 422
    told = {"to": str(other.id), "on": str(today()), "reason": "决定"}
    page = admin.post(address, told)
    assert page.status_code == 200
    assert "合并不能撤销" in page.get_data(as_text=True)
    assert place(site, "000101001001").valid_to is None
    answer = admin.post(address, {**told, "confirmed": "1"})
    assert answer.status_code == 302
    run_all(site.system)
    assert admin.get(answer.headers["Location"]).status_code == 200
    table = site.system.catalogue["resident"].kind.table
    with site.system.database.reading() as session:
        paths = set(session.scalars(sa.select(table.c.area_path)))
    assert all(path.startswith(other.path) for path in paths)
    assert "并入" in admin.page(f"/admin/areas/{community.id}").text


def test_a_file_is_compared_first(site, admin):
    csv = "code,kind,name_zh,name_en,parent_code\n000101003,street,新城街道,Xincheng Street,000101\n"
    answer = admin.post("/admin/areas/file", {"file": (io.BytesIO(csv.encode()), "areas.csv")})
    assert answer.status_code == 302
    check = answer.headers["Location"]
    assert "新城街道" in admin.page(check).text
    assert place(site, "000101003") is None
    assert admin.post(check).status_code == 302
    assert place(site, "000101003").name_zh == "新城街道"
    assert admin.get(check).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [("", b""), ("areas.pdf", b"x"), ("areas.csv", b"a,b\n1,2\n"), ("areas.geojson", b"{"),
     ("areas.csv", "code,kind,name_zh,parent_code\n9,planet,火星,000101\n".encode())],
)  # fmt: skip
def test_what_is_no_file_of_areas_is_refused(admin, name, content):
    answer = admin.post("/admin/areas/file", {"file": (io.BytesIO(content), name)})
    assert answer.status_code == 422
    assert 'href="#file"' in answer.get_data(as_text=True)


def test_a_district_is_not_changed_from_one_of_its_streets(site):
    visitor = site.visitor("registry_admin", "000101001")
    root, other = place(site, "000101"), place(site, "000101002")
    assert visitor.post(f"/admin/areas/{root.id}", {"verb": "add", "kind": "zone"}).status_code == 404
    assert visitor.get(f"/admin/areas/{other.id}/move").status_code == 404
    assert visitor.get("/admin/areas/file").status_code == 404
    told = {"code": "X1", "name_zh": "新", "name_en": "New"}
    assert visitor.post("/admin/codes/place_kind", told).status_code == 404


def test_an_entry_is_added_renamed_ended_and_brought_back(site, admin):
    path = "/admin/codes/place_kind"
    wrong = admin.post(path, {"code": "X 1", "name_zh": "城市书房", "name_en": ""})
    assert wrong.status_code == 422
    assert "城市书房" in wrong.get_data(as_text=True)
    assert admin.post(path, {"code": "X1", "name_zh": "城市书房", "name_en": "Reading room"}).status_code == 302
    entry = f"{path}/X1"
    told = {"verb": "rename", "name_zh": "书房", "name_en": "Room", "synonyms": "书屋"}
    assert admin.post(entry, told).status_code == 302
    assert admin.post(entry, {"verb": "end", "on": "2026-01-01"}).status_code == 302
    assert "书房" in admin.page(f"{path}?only=ended").text
    assert admin.post(entry, {"verb": "bring_back"}).status_code == 302
    with site.system.database.reading() as session:
        assert references.load(session).codes("place_kind").find("书屋") == "X1"
    assert "此表不能增加条目" in admin.page("/admin/codes/sex").text
    assert admin.post("/admin/codes/sex", {"code": "3", "name_zh": "x", "name_en": "x"}).status_code == 422


def test_a_mapping_is_looked_at_and_forgotten(site, admin):
    with site.system.database.writing("network") as session:
        told = mapping.ColumnMapping({"姓 名": "name", "备注": None}, {"sex": "1"})
        mapping.learn(session, "派出所/一", "resident", told)
    page = "/admin/mappings/resident/%E6%B4%BE%E5%87%BA%E6%89%80/%E4%B8%80"
    assert "派出所/一" in admin.page("/admin/mappings").text
    assert "姓 名" in admin.page(page).text
    assert admin.post(page).status_code == 302
    assert admin.get(page).status_code == 404
