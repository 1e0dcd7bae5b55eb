"""Lists of records: what stands in the address, what each account may see, what is remembered."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event

KINDS = ("resident", "household", "dwelling", "organisation", "facility", "place")


def titles(page):
    return re.findall(r"/desk/\w+/[0-9a-f-]{36}", " ".join(str(a.get("href")) for a in page.all("a")))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_list_in_both_languages(visitor, kind, language):
    page = visitor("clerk", language=language).page(f"/desk/{kind}/")
    assert len(page.all("table")) <= 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_says_how_many_there_are_and_an_empty_one_what_to_do(visitor, site, kind):
    page = visitor("clerk").page(f"/desk/{kind}/")
    number = len(site.records.get(kind, ()))
    if number:
        assert f"共 {number} 条记录" in page.text
        assert len(titles(page)) == number
    else:
        assert "这里还没有记录。" in page.text
        assert f"/desk/{kind}/new" in [a.get("href") for a in page.all("a")]


def test_a_filter_narrows_the_list_and_stands_in_it_as_something_to_take_away(visitor):
    page = visitor("clerk").page("/desk/resident/?sex=1")
    assert len(titles(page)) == 2
    assert "性别：男" in page.text
    assert "/desk/resident/" in [a.get("href") for a in page.all("a") if a.get("class") == "chip"]


def test_a_number_is_found_whole_and_not_repeated_on_the_page(visitor):
    clerk = visitor("clerk")
    address = clerk.post("/desk/resident/narrow", {"phone": "13900002001", "sex": "", "sort": "-name"}).location
    assert "13900002001" not in address
    page = clerk.page(address)
    assert len(titles(page)) == 1
    assert "13900002001" not in str(page.tags)


def test_a_number_that_stands_in_an_address_is_not_looked_for_and_this_is_said(visitor):
    page = visitor("clerk").page("/desk/resident/?phone=13900002001")
    assert "未按“联系电话”筛选" in page.text
    assert len(titles(page)) > 1


def test_a_list_shows_masks_and_never_whole_numbers(visitor):
    page = visitor("registry_admin").page("/desk/resident/")
    assert "139****2000" in page.text
    assert not re.search(r"1390000\d{4}|000101198\d{10}", page.text)


def test_a_field_called_kind_is_not_taken_for_the_kind_of_the_list(visitor, site):
    with site.system.database.writing("facilities") as session:
        site.system.catalogue["place"].create(
            session, {"name": "1号楼", "kind": "建筑物", "address": "临河路1号", "area_id": "000101001"},
            actor=site.console, reason="test",
        )  # fmt: skip
    clerk = visitor("clerk")
    link = next(a["href"] for a in clerk.page("/desk/place/?counts=1").all("a") if "kind_=" in str(a.get("href")))
    assert len(titles(clerk.page(link))) == 1


def test_an_area_that_is_not_there_is_named(visitor):
    assert "无此地" in visitor("clerk").page("/desk/resident/?area=无此地").text


def test_an_area_narrows_to_what_lies_in_it(visitor):
    assert len(titles(visitor("clerk").page("/desk/facility/?area=000101002"))) == 3
    assert not titles(visitor("clerk").page("/desk/facility/?area=000101001"))


def test_somebody_sees_the_records_of_his_area_only(visitor):
    assert len(titles(visitor("clerk", area="000101001").page("/desk/resident/"))) == 4
    assert not titles(visitor("clerk", area="000101002").page("/desk/resident/"))


def test_a_kind_of_another_registry_is_not_there(visitor):
    clerk = visitor("clerk", registry="facilities")
    assert clerk.get("/desk/resident/").status_code == 404
    assert clerk.get("/desk/nothing/").status_code == 404
    assert clerk.get("/desk/facility/").status_code == 200


def test_an_order_and_its_reverse(visitor):
    clerk = visitor("clerk")
    one, other = (titles(clerk.page(f"/desk/resident/?sort={order}birth_date")) for order in ("", "-"))
    assert one == other[::-1]
    assert len(one) == 4


@pytest.mark.parametrize(
    "query",
    ["sort=id_number", "sort=x", "after=x", "after=WyJkIiwgIngiLCAieSJd", "birth_date_from=x", "sex=zz", "area="],
)
def test_odd_addresses_show_a_list_all_the_same(visitor, query):
    assert visitor("clerk").get(f"/desk/resident/?{query}").status_code == 200


def test_columns_are_remembered_for_the_account(visitor):
    clerk = visitor("clerk")
    answer = clerk.post("/desk/resident/columns?sex=1", {"column": ["ethnicity", "sex"]})
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith("/desk/resident/?sex=1")
    headings = " ".join(text for text, _, where in clerk.page("/desk/resident/").texts if where == "th")
    assert "民族" in headings
    assert "联系电话" not in headings
    assert "联系电话" in visitor("clerk").page("/desk/resident/").text


def test_counts_stand_beside_a_list_and_lead_to_what_they_count(visitor):
    clerk = visitor("clerk")
    page = clerk.page("/desk/resident/?counts=1")
    link = next(a["href"] for a in page.all("a") if "sex=2" in str(a.get("href")))
    assert len(titles(clerk.page(link))) == 2
    part = clerk.get("/desk/resident/counts").get_data(as_text=True)
    assert "sex=2" in part
    assert "<html" not in part


def test_looking_at_people_is_noted_before_they_are_shown(visitor, site):
    clerk = visitor("clerk")
    seen = []

    @event.listens_for(site.system.database.engine, "before_cursor_execute")
    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("INSERT") and "change" in statement:
            seen.append(statement)

    clerk.page("/desk/organisation/")
    before = len(seen)
    clerk.page("/desk/resident/")
    assert len(seen) > before


def test_pages_of_a_long_list_neither_skip_nor_repeat(visitor, site, monkeypatch):
    monkeypatch.setattr("registries.listing.PAGE", 50)
    with site.system.database.writing("facilities") as session:
        for number in range(60):
            site.system.catalogue["place"].create(
                session, {"name": f"{number}号楼", "address": "临河路1号", "area_id": "000101001"}, actor=site.console,
                reason="test",
            )  # fmt: skip
    clerk, address, seen = visitor("clerk"), "/desk/place/?sort=name", []
    while address:
        page = clerk.page(address)
        seen += titles(page)
        address = next((a["href"] for a in page.all("a") if a.get("rel") == "next"), None)
    assert len(seen) == len(set(seen)) == 60
