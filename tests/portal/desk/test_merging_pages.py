"""Two records that may be one: listed, side by side, merged by choice, parted again."""

from __future__ import annotations

import io

import pytest


@pytest.fixture
def pair(site):
    return site.records["organisation"][:2]


def test_a_pair_named_by_hand_stands_on_the_list(visitor, pair):
    clerk = visitor("clerk")
    answer = clerk.post(f"/desk/organisation/{pair[0]}/duplicate", {"other": f"望海超市 [{pair[1]}]"})
    assert answer.status_code == 303
    assert "望海超市" in clerk.page(answer.headers["Location"]).text
    assert "临河机械厂" in clerk.page("/desk/duplicates?kind=organisation").text


def test_an_empty_list_says_when_pairs_appear(visitor):
    assert "没有待判断的记录" in visitor("clerk").page("/desk/duplicates").text


def test_a_clerk_compares_and_does_not_merge(visitor, site, pair):
    clerk = visitor("clerk")
    page = clerk.page(f"/desk/organisation/compare/{pair[0]}/{pair[1]}")
    assert "choose-name" not in str(page.all("input"))
    assert clerk.post(f"/desk/organisation/compare/{pair[0]}/{pair[1]}", {"reason": "x"}).status_code == 404
    assert site.stored("organisation", pair[1])[0].merged_into is None


def test_merging_takes_the_chosen_values_and_parting_gives_all_back(visitor, site, pair):
    admin = visitor("registry_admin")
    before = [site.stored("organisation", one)[1] for one in pair]
    address = f"/desk/organisation/compare/{pair[0]}/{pair[1]}"
    told = {"first_version": "1", "second_version": "1", "choose-address": "second", "choose-licences": "both"}
    assert admin.post(address, told).status_code == 422
    answer = admin.post(address, {**told, "reason": "同一家"})
    assert answer.status_code == 303
    _item, merged = site.stored("organisation", pair[0])
    assert merged["address"] == before[1]["address"]
    assert len(merged["licences"]) == 2
    assert "合并到" in admin.page(f"/desk/organisation/{pair[1]}").text
    assert admin.get(address).status_code == 404
    part = f"/desk/organisation/{pair[1]}/unmerge"
    survivor = admin.page(f"/desk/organisation/{pair[0]}")
    assert part in [link.get("href") for link in survivor.all("a")]
    admin.page(part)
    assert admin.post(f"/desk/organisation/{pair[1]}/unmerge", {"reason": "弄错了"}).status_code == 303
    assert [site.stored("organisation", one)[1] for one in pair] == before
    assert part not in [link.get("href") for link in admin.page(f"/desk/organisation/{pair[0]}").all("a")]


def test_a_stale_merge_changes_nothing(visitor, site, pair):
    admin = visitor("registry_admin")
    told = {"first_version": "9", "second_version": "1", "reason": "同一家"}
    assert admin.post(f"/desk/organisation/compare/{pair[0]}/{pair[1]}", told).status_code == 409
    assert site.stored("organisation", pair[1])[0].merged_into is None


def test_two_that_stay_apart_are_not_listed_again(visitor, pair):
    admin = visitor("registry_admin")
    admin.post(f"/desk/organisation/{pair[0]}/duplicate", {"other": str(pair[1])})
    assert admin.post(f"/desk/organisation/compare/{pair[0]}/{pair[1]}/apart", {"reason": ""}).status_code == 303
    assert "没有待判断的记录" in admin.page("/desk/duplicates?kind=organisation").text


def test_the_files_of_a_merged_record_are_found_with_its_survivor(visitor, site, pair):
    admin = visitor("registry_admin")
    told = {"file": (io.BytesIO(b"%PDF-1.4 licence"), "执照.pdf")}
    admin.post(f"/desk/organisation/{pair[1]}/files", told, content_type="multipart/form-data")
    choice = {"first_version": "1", "second_version": "1", "reason": "同一家"}
    assert admin.post(f"/desk/organisation/compare/{pair[0]}/{pair[1]}", choice).status_code == 303
    page = admin.page(f"/desk/organisation/{pair[0]}")
    file = next(link["href"] for link in page.all("a") if "/files/" in str(link.get("href")))
    assert admin.get(file, check_page=False).data == b"%PDF-1.4 licence"
