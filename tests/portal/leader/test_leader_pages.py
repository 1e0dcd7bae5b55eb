"""The leaders' pages: what is found, what is known of a unit, figures with the list behind each, and no people."""

from __future__ import annotations

import html
import io
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from portal.leader.models import SavedSearch
from registries import changes
from registries.days import today

EAST, WEST = "000101001", "000101002"


@pytest.fixture
def add(site):
    def create(of, name, area="000101001001", **more):
        records = site.system.catalogue[of]
        with site.system.database.writing(records.kind.database) as session:
            item = records.create(session, {"name": name, "area_id": area, **more}, actor=site.console, reason="t")
        site.system.feed.catch_up()
        return item.id

    return create


@pytest.fixture
def leader(site):
    return site.visitor("leader")


def links(page, part: str) -> list[str]:
    return [a.get("href") for a in page.all("a") if part in (a.get("href") or "")]



# Who may see what


@pytest.mark.parametrize("role", ["grid_worker", "clerk", "editor", "auditor", "system_admin"])
@pytest.mark.parametrize("path", ["/leader/", "/leader/units", "/leader/searches"])
def test_others_do_not_find_the_pages(site, role, path):
    site.visitor(role).page(path, 404)


def test_a_leader_opening_a_resident_finds_nothing_whatever_the_address(site, leader):
    resident, unit = site.records["resident"][0], site.records["organisation"][0]
    answers = [
        leader.get(f"/leader/units/{kind}/{record_id}")
        for kind, record_id in (
            ("resident", resident), ("resident", unit), ("organisation", resident), ("nothing", resident),
        )
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({re.sub(rb"/leader/units/[a-z]+/[0-9a-f-]+", b"", answer.data) for answer in answers}) == 1


def test_a_unit_elsewhere_is_answered_as_if_it_were_not_there(site, add):
    elsewhere = add("organisation", "望海食品厂", "000101002001")
    stranger = site.visitor("leader", EAST)
    stranger.page(f"/leader/units/organisation/{elsewhere}", 404)
    assert "望海食品厂" not in stranger.page("/leader/units?q=食品厂").text


# Searching


def test_a_search_narrows_by_facets_and_says_how_to_go_on_when_nothing_is_found(leader, add):
    add("organisation", "临河食品厂", risk_colour="1")
    add("organisation", "临河超市", risk_colour="4")
    page = leader.page("/leader/units?q=临河&risk_colour=1")
    assert "食品厂" in page.text
    assert "超市" not in page.text
    assert links(page, "risk_colour=4")
    assert "没有找到" in leader.page("/leader/units?q=没有这样的单位名").text


def test_a_wrong_character_is_read_as_what_was_meant_and_the_page_says_so(leader, add):
    unit = add("organisation", "临河食品厂")
    page = leader.page("/leader/units?q=临河食拼厂")
    assert links(page, f"/leader/units/organisation/{unit}")
    assert "“临河食品厂”" in page.text


def test_who_is_in_charge_is_named_where_asked_for(leader, add):
    add("organisation", "临河食品厂", legal_representative="陈大海")
    assert "陈大海" in leader.page("/leader/units?q=陈大海").text
    assert "陈大海" not in leader.page("/leader/units?q=食品厂").text


def test_anything_in_the_address_is_answered(leader):
    for query in ("page=0", "page=x", "page=99999", "order=up", "kind=resident", "street=%00", "overdue=nothing&q=%27"):
        leader.page(f"/leader/units?{query}")
        leader.page(f"/leader/?{query}&level=x&show=y")


# Kept searches


def kept(site):
    with site.system.database.reading() as session:
        return session.scalars(sa.select(SavedSearch)).all()


def test_a_search_is_kept_renamed_asked_and_deleted(site, leader):
    leader.post("/leader/searches", {"name": "红色单位", "query": "q=临河&risk_colour=1&page=3&next=//evil"})
    (one,) = kept(site)
    assert one.wish == "q=%E4%B8%B4%E6%B2%B3&risk_colour=1"
    assert links(leader.page("/leader/searches"), one.wish)
    leader.post(f"/leader/searches/{one.id}", {"name": "重大风险"})
    assert "重大风险" in leader.page("/leader/searches").text
    leader.post(f"/leader/searches/{one.id}/delete")
    assert kept(site) == []


@pytest.mark.parametrize("name", ["", "  ", "长" * 81, "已有"])
def test_a_name_that_cannot_be_taken_is_told_and_kept(site, leader, name):
    leader.post("/leader/searches", {"name": "已有", "query": "q=a"})
    answer = leader.post("/leader/searches", {"name": name, "query": "q=b"})
    assert answer.status_code == 422
    assert 'value="q=b"' in answer.get_data(as_text=True)
    assert len(kept(site)) == 1


def test_kept_searches_of_others_are_not_there(site, leader):
    leader.post("/leader/searches", {"name": "我的", "query": "q=a"})
    (one,) = kept(site)
    other = site.visitor("leader")
    assert "我的" not in other.page("/leader/searches").text
    assert other.post(f"/leader/searches/{one.id}", {"name": "你的"}).status_code == 404
    assert other.post(f"/leader/searches/{one.id}/delete").status_code == 404
    assert [row.name for row in kept(site)] == ["我的"]


def test_the_sheet_holds_the_answers_without_people_and_is_logged(site, leader, add):
    add("organisation", "临河食品厂", legal_representative="陈大海", phone="13800001234", employees=12)
    with site.system.database.reading() as session:
        before = changes.head(session, "system").last_id
    answer = leader.post("/leader/units/sheet", {"query": "q=食品厂"}, check_page=False)
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(answer.data)).active.iter_rows()]
    assert [row[1] for row in rows[1:]] == ["临河食品厂"]
    assert "12" in rows[1]
    assert not any("陈大海" in str(cell) or "1234" in str(cell) for row in rows for cell in row)
    with site.system.database.reading() as session:
        logged = session.execute(sa.text("SELECT kind, action FROM system.change WHERE id > :id"), {"id": before}).all()
    assert logged == [("organisation", "export")]


# The page of a unit


def test_the_page_of_a_unit_holds_what_is_known_with_masked_phones_and_is_logged(site, leader, add):
    unit = add(
        "organisation", "临河食品厂", legal_representative="陈大海", phone="13800001234", industry="C14", employees=9,
        next_inspection_on=today() - timedelta(days=3), ammonia=True,
        licences=[{"kind": "营业执照", "number": "L77", "valid_to": today() + timedelta(days=20)}],
        hazardous_chemicals=[{"name": "液氨", "cas": "7664-41-7"}],
    )  # fmt: skip
    add("facility", "食品厂消火栓", subclass="0101", links=[{"role": "kept_by", "target_id": str(unit)}])
    with site.system.database.reading() as session:
        before = changes.head(session, "system").last_id
    page = leader.page(f"/leader/units/organisation/{unit}")
    text = page.text
    for word in ("陈大海", "138****1234", "L77", "20 天", "已过期 3 天", "液氨", "7664-41-7", "食品厂消火栓", "同行业"):
        assert word in text, word
    assert "13800001234" not in text
    assert links(page, "/leader/units/facility/")
    with site.system.database.reading() as session:
        assert [row[3] for row in changes.since(session, "system", before)] == ["view"]


def test_sections_without_anything_to_say_are_left_out(leader, add):
    page = leader.page(f"/leader/units/place/{add('place', '空地')}")
    assert "证照" not in page.text
    assert "同行业" not in page.text


def test_links_lead_both_ways(leader, add):
    place = add("place", "临河大厦", kind="building")
    unit = add("organisation", "临河食品厂", links=[{"role": "occupies", "target_id": str(place)}])
    assert links(leader.page(f"/leader/units/organisation/{unit}"), f"/leader/units/place/{place}")
    assert links(leader.page(f"/leader/units/place/{place}"), f"/leader/units/organisation/{unit}")


def test_a_few_peers_are_called_few(leader, add):
    unit = add("organisation", "临河食品厂", industry="C14", employees=9)
    assert "参考意义有限" in leader.page(f"/leader/units/organisation/{unit}").text
    for number in range(5):
        add("organisation", f"食品厂{number}", industry="C14", employees=number)
    text = leader.page(f"/leader/units/organisation/{unit}").text
    assert "参考意义有限" not in text
    assert "6 家中列第 1" in text


# The overview


def test_every_number_of_units_equals_the_list_behind_it(site, leader, add):
    for number in range(4):
        add("organisation", f"食品厂{number}", f"00010100{number % 2 + 1}001", address="路1号" if number else None,
            next_inspection_on=today() - timedelta(days=number))  # fmt: skip
    checked = 0
    for kind in ("organisation", "facility", "place"):
        source = leader.get(f"/leader/?kind={kind}").get_data(as_text=True)
        for address, text in re.findall(r'<a href="(/leader/units\?[^"]*)">(\d+)</a>', source):
            listed = leader.page(html.unescape(address)).text
            assert f"共找到 {text} 条" in listed, (address, text)
            checked += 1
    assert checked > 8


def test_figures_of_people_are_told_to_leaders_without_small_numbers_or_lists(site, leader):
    page = leader.page("/leader/?kind=resident")
    assert "<5" in page.text
    assert not links(page, "/desk/")


def test_a_single_small_number_is_not_told_by_what_is_left_of_the_sum(site, leader):
    for number in range(6):
        with site.system.database.writing("population") as session:
            site.system.catalogue["resident"].create(
                session, {"name": "王小明", "area_id": WEST, "no_id_reason": "其他", "birth_date": f"198{number}"},
                actor=site.console, reason="test",
            )  # fmt: skip
    page = leader.get("/leader/?kind=resident").get_data(as_text=True)
    cells = re.findall(r'<th scope="row">(\S+街道)</th><td class="number"[^>]*>([^<]*(?:&lt;\d)?)', page)
    assert cells == [("临河街道", "&lt;5"), ("望海街道", "不显示")]


def test_who_may_read_people_gets_the_list_behind_their_number(site):
    page = site.visitor("registry_admin").page("/leader/?kind=resident")
    assert links(page, "/desk/resident/")


def test_a_leader_of_a_street_gets_the_figures_of_that_street_only(site, add):
    add("place", "临河大厦", "000101001001")
    add("place", "望海大厦", "000101002001")
    text = site.visitor("leader", EAST).page("/leader/?kind=place").text
    assert "临河街道" in text
    assert "望海街道" not in text


def test_both_languages_and_all_figures_are_shown(site):
    for language in ("zh", "en"):
        visitor = site.visitor("leader", language=language)
        for kind in ("organisation", "facility", "place", "resident", "household", "dwelling", "usual_resident"):
            for level in ("street", "community"):
                for show in ("records", "completeness", "freshness", "overdue"):
                    visitor.page(f"/leader/?kind={kind}&level={level}&show={show}")
