"""The page of a record: masked, linked both ways, with its history; full values for a reason."""

from __future__ import annotations

import re

import pytest

from registries import changes


@pytest.fixture
def resident(site):
    return site.records["resident"][0]


def readings(site, action):
    with site.system.database.reading() as session:
        table = changes.CHANGE["system"]
        return session.execute(table.select().where(table.c.action == action)).all()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["resident", "organisation", "facility"])
def test_a_record_has_a_page_in_both_languages(visitor, site, kind, language):
    visitor("clerk", language=language).page(f"/desk/{kind}/{site.records[kind][0]}")


def test_sensitive_values_are_masked_and_groups_at_risk_withheld(visitor, resident):
    text = visitor("registry_admin").page(f"/desk/resident/{resident}").text
    assert "139****2000" in text
    assert "残疾" not in text
    assert "说明理由后可查看" in text
    assert not re.search(r"13900002000|000101198\d{10}", text)


def test_full_values_are_shown_for_a_reason_that_is_noted(visitor, site, resident):
    clerk = visitor("clerk")
    before = len(readings(site, "reveal"))
    answer = clerk.post(f"/desk/resident/{resident}", {"field": ["phone", "groups"], "reason": "联系本人或家属"})
    text = answer.get_data(as_text=True)
    assert "13900002000" in text
    assert "残疾" in text
    found = readings(site, "reveal")
    assert len(found) == before + 1
    assert (found[-1].reason, found[-1].record_id) == ("联系本人或家属", resident)


def test_without_a_reason_nothing_is_shown(visitor, site, resident):
    answer = visitor("clerk").post(f"/desk/resident/{resident}", {"field": ["phone"], "reason": " "})
    assert answer.status_code == 422
    assert "13900002000" not in answer.get_data(as_text=True)
    assert not readings(site, "reveal")


def test_a_leader_finds_no_person_at_all(visitor, site, resident):
    leader = visitor("leader")
    nobody = "01900000-0000-7000-8000-000000000000"
    away, answer = (leader.get(f"/desk/resident/{one}") for one in (nobody, resident))
    assert answer.status_code == away.status_code == 404
    assert answer.get_data(as_text=True).replace(str(resident), nobody) == away.get_data(as_text=True)


def test_what_lies_outside_the_area_is_not_there(visitor, resident):
    clerk = visitor("clerk", area="000101002")
    for path in ("", "/edit", "/history", "/retire"):
        assert clerk.get(f"/desk/resident/{resident}{path}").status_code == 404
    assert clerk.post(f"/desk/resident/{resident}/edit", {"name": "某人"}).status_code == 404


def test_links_are_shown_from_both_ends(visitor, site):
    clerk = visitor("clerk")
    organisation, facility = site.records["organisation"][0], site.records["facility"][0]
    assert f"/desk/facility/{facility}" in str(clerk.page(f"/desk/organisation/{organisation}").all("a"))
    assert "临河机械厂" in clerk.page(f"/desk/facility/{facility}").text


def test_the_history_tells_who_changed_what_with_masks(visitor, site, resident):
    clerk = visitor("clerk")
    clerk.post(f"/desk/resident/{resident}/edit", {"version": "1", "phone": "13900009999", "education": "20"})
    page = clerk.page(f"/desk/resident/{resident}/history")
    assert "139****2000" in page.text
    assert "139****9999" in page.text
    assert clerk.user.name in page.text
    assert "13900009999" not in page.text


def test_a_record_out_of_use_says_so_and_can_come_back(visitor, site):
    clerk, organisation = visitor("clerk"), site.records["organisation"][1]
    address = f"/desk/organisation/{organisation}/retire"
    assert clerk.post(address, {"version": "1", "reason": ""}).status_code == 422
    assert clerk.post(address, {"version": "1", "reason": "已拆除"}).status_code == 303
    assert str(organisation) not in str(clerk.page("/desk/organisation/").all("a"))
    assert str(organisation) in str(clerk.page("/desk/organisation/?retired=1").all("a"))
    assert "起停用。" in clerk.page(f"/desk/organisation/{organisation}").text
    assert clerk.post(address, {"version": "2", "reason": "误停"}).status_code == 303
    assert str(organisation) in str(clerk.page("/desk/organisation/").all("a"))


def test_a_stale_wish_to_retire_changes_nothing(visitor, site):
    clerk, organisation = visitor("clerk"), site.records["organisation"][1]
    assert clerk.post(f"/desk/organisation/{organisation}/retire", {"version": "7", "reason": "x"}).status_code == 409
    assert str(organisation) in str(clerk.page("/desk/organisation/").all("a"))


@pytest.mark.parametrize("words", ["王小明", "wxm", "13900002000", "王"])
def test_people_are_found_by_what_is_known_of_them(visitor, resident, words):
    assert str(resident) in str(visitor("clerk").page(f"/desk/search?q={words}").all("a"))


def test_only_what_is_searched_has_a_tab(visitor):
    links = [link.get("href") or "" for link in visitor("registry_admin").page("/desk/search?q=王").all("a")]
    kinds = {link.partition("kind=")[2] for link in links if "/desk/search?" in link and "kind=" in link}
    assert {"resident", "organisation", "facility", "place"} <= kinds
    assert not kinds & {"household", "dwelling"}


def test_the_search_stays_within_the_area_and_the_registry(visitor, site):
    elsewhere = visitor("clerk", area="000101002").page("/desk/search?q=王")
    assert not re.search(r"/desk/resident/[0-9a-f]{8}", str(elsewhere.all("a")))
    page = visitor("clerk", registry="facilities").page("/desk/search?q=临河机械厂")
    assert "/desk/organisation/" not in str(page.all("a"))


def test_who_was_found_is_not_doubted_because_another_name_sounds_alike(visitor, site):
    clerk = visitor("clerk")
    clerk.post("/desk/organisation/new", {
        "name": "晓铭商行", "area_id": "000101001001001", "address": "临河路77号", "reason": "test",
    })  # fmt: skip
    assert "您要找的是不是" in clerk.page("/desk/search?q=晓明商行").text
    assert "您要找的是不是" not in clerk.page("/desk/search?q=王小明").text


def test_an_empty_search_says_what_to_try(visitor):
    assert "没有找到" in visitor("clerk").page("/desk/search?q=绝无此物").text


def test_suggestions_come_as_data_within_the_scope(visitor, site):
    clerk = visitor("clerk")
    found = clerk.get("/desk/suggest/records/resident?q=王小").get_json()
    assert [one["value"] for one in found] == [str(site.records["resident"][0])]
    assert visitor("clerk", area="000101002").get("/desk/suggest/records/resident?q=王小").get_json() == []
    assert {"value": "1", "text": "男", "note": "1"} in clerk.get("/desk/suggest/codes/sex?q=男").get_json()
    assert clerk.get("/desk/suggest/codes/nothing").status_code == 404
    assert "临河" in clerk.get("/desk/suggest/areas?q=临河").get_json()[0]["text"]
