"""Forms: nothing typed is lost, doubts need a reason, a stale save shows both versions."""

from __future__ import annotations

import pytest

from tests.site import Page


@pytest.fixture
def clerk(visitor):
    return visitor("clerk")


NEW = {"name": "赵新来", "sex": "2", "birth_date": "1990-03-07", "area_id": "000101001001002", "address": "临河路9号"}


NO_NUMBER = {"doc_type": "无证件", "no_id_reason": "本人未提供", "reason": "已核对"}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", ["resident", "household", "dwelling", "organisation", "facility", "place"])
def test_every_kind_has_a_form_in_both_languages(visitor, kind, language):
    visitor("clerk", language=language).page(f"/desk/{kind}/new")


def test_a_new_record_is_saved_and_shown(clerk, site):
    answer = clerk.post("/desk/resident/new", {**NEW, **NO_NUMBER})
    assert answer.status_code == 303, Page.of(answer).text
    assert "赵新来" in clerk.page(answer.headers["Location"]).text


def test_what_is_wrong_is_named_on_top_and_at_the_field_and_the_input_is_kept(clerk):
    answer = clerk.post("/desk/resident/new", {**NEW, "name": "", "birth_date": "明天", "address": "临河路99号"})
    page = Page.of(answer)
    assert answer.status_code == 422
    assert page.title.startswith("错误：")
    links = [a.get("href") for a in page.all("a")]
    assert "#name" in links
    assert "#birth_date" in links
    values = page.form_values()
    assert values["birth_date"] == "明天"
    assert values["address"] == "临河路99号"
    field = next(one for one in page.all("input") if one.get("name") == "birth_date")
    assert field["aria-invalid"] == "true"
    assert "birth_date-problem" in field["aria-describedby"]


def test_a_doubtful_number_is_saved_for_a_reason_only(clerk, site):
    told = {**NEW, "id_number": "000101199003070028"}
    answer = clerk.post("/desk/resident/new", told)
    assert answer.status_code == 422
    page = Page.of(answer)
    assert any(one.get("name") == "reason" for one in page.all("textarea"))
    saved = clerk.post("/desk/resident/new", {**told, "reason": "与身份证核对无误"})
    assert saved.status_code == 303, Page.of(saved).text


def test_a_probable_duplicate_is_named_before_it_is_saved(clerk, site):
    told = {**NEW, **NO_NUMBER, "name": "王小明", "sex": "1", "birth_date": "1980-03-05"}
    answer = clerk.post("/desk/resident/new", told)
    assert answer.status_code == 422
    page = Page.of(answer)
    assert str(site.records["resident"][0]) in str(page.all("a"))
    assert any(one.get("name") == "not-alike" for one in page.all("input"))
    assert clerk.post("/desk/resident/new", {**told, "not-alike": "1"}).status_code == 303


def test_probable_duplicates_are_told_while_typing(clerk, site):
    part = clerk.post("/desk/resident/alike", {"name": "王小明", "birth_date": "1980-03-05"}).get_data(as_text=True)
    assert str(site.records["resident"][0]) in part
    assert "<html" not in part
    assert "王小明" not in clerk.post("/desk/resident/alike", {"name": "王小明"}).get_data(as_text=True)


def test_a_mask_sent_back_changes_nothing(clerk, site):
    resident = site.records["resident"][0]
    page = clerk.page(f"/desk/resident/{resident}/edit")
    values = page.form_values()
    assert values["phone"] == "139****2000"
    told = {name: value for name, value in values.items() if not name.startswith("csrf")}
    before = site.stored("resident", resident)[1]
    answer = clerk.post(f"/desk/resident/{resident}/edit", {**told, "education": "20"})
    assert answer.status_code == 303, Page.of(answer).text
    after = site.stored("resident", resident)[1]
    assert all(after[name] == before[name] for name in ("phone", "id_number", "groups"))
    assert after["education"] == "20"


def test_any_other_mask_is_refused_and_nothing_changed(clerk, site):
    resident = site.records["resident"][0]
    answer = clerk.post(f"/desk/resident/{resident}/edit", {"version": "1", "phone": "138****0000"})
    assert answer.status_code == 422
    assert site.stored("resident", resident)[0].version == 1


def test_a_form_opened_and_saved_again_changes_nothing(clerk, site):
    for kind in ("resident", "organisation", "facility"):
        record_id = site.records[kind][0]
        page = clerk.page(f"/desk/{kind}/{record_id}/edit")
        answer = clerk.post(f"/desk/{kind}/{record_id}/edit", page.form_values())
        assert answer.status_code == 303, Page.of(answer).text
        assert site.stored(kind, record_id)[0].version == 1, kind


def test_entries_are_added_and_taken_away(clerk, site):
    organisation = site.records["organisation"][0]
    row = {"licences-rows": "1", "licences-0-kind": "business", "licences-0-number": "L0"}
    more = clerk.post(f"/desk/organisation/{organisation}/edit", {"version": "1", **row, "add": "licences"})
    assert more.status_code == 200
    assert "licences-1-number" in Page.of(more).form_values()
    assert site.stored("organisation", organisation)[0].version == 1
    gone = clerk.post(f"/desk/organisation/{organisation}/edit", {"version": "1", **row, "licences-0-remove": "1"})
    assert gone.status_code == 303
    assert site.stored("organisation", organisation)[1]["licences"] == []


def test_a_stale_save_shows_both_versions_and_loses_nothing(clerk, site):
    organisation = site.records["organisation"][0]
    address = f"/desk/organisation/{organisation}/edit"
    clerk.post(address, {"version": "1", "address": "新址一号"})
    answer = clerk.post(address, {"version": "1", "address": "新址二号", "employees": "7"})
    assert answer.status_code == 409
    page = Page.of(answer)
    assert "新址一号" in page.text
    assert "新址二号" in page.text
    values = page.form_values()
    assert (values["version"], values["address"], values["employees"]) == ("2", "新址二号", "7")
    assert site.stored("organisation", organisation)[1]["address"] == "新址一号"
    assert clerk.post(address, {"version": "2", "address": "新址二号"}).status_code == 303


def test_a_stale_save_does_not_undo_what_only_the_other_changed(clerk, site):
    resident = site.records["resident"][0]
    address = f"/desk/resident/{resident}/edit"
    opened_before = clerk.page(address).form_values()
    clerk.post(address, {**opened_before, "phone": "13912345678", "occupation": ""})
    answer = clerk.post(address, {**opened_before, "address": "临河路77号"})
    assert answer.status_code == 409
    form = Page.of(answer).form_values()
    assert (form["address"], form["phone"]) == ("临河路77号", "139****5678")
    assert "联系电话" in Page.of(answer).text
    assert clerk.post(address, form).status_code == 303
    assert site.stored("resident", resident)[1]["phone"] == "13912345678"


def test_a_link_is_found_by_the_title_of_the_record(clerk, site):
    first, second = site.records["organisation"][:2]
    answer = clerk.post(f"/desk/organisation/{second}/edit", {"version": "1", "parent_id": "临河机械厂"})
    assert answer.status_code == 303, Page.of(answer).text
    assert site.stored("organisation", second)[1]["parent_id"] == first
    wrong = clerk.post(f"/desk/organisation/{second}/edit", {"version": "2", "parent_id": "没有这个厂"})
    assert wrong.status_code == 422
    assert Page.of(wrong).form_values()["parent_id"] == "没有这个厂"


def test_a_grid_worker_may_look_and_not_change(visitor, site):
    worker = visitor("grid_worker")
    assert worker.get("/desk/resident/new").status_code == 404
    assert worker.get(f"/desk/resident/{site.records['resident'][0]}/edit").status_code == 404
    assert "/new" not in str(worker.page("/desk/resident/").all("a"))


def test_an_area_outside_the_grant_cannot_be_written_into(visitor, site):
    clerk = visitor("clerk", area="000101001")
    answer = clerk.post("/desk/place/new", {"name": "远处", "address": "望海路1号", "area_id": "000101002"})
    assert answer.status_code in (403, 404, 422)
    with site.system.database.reading() as session:
        assert not session.execute(site.system.catalogue["place"].kind.table.select()).all()


def test_everything_that_is_wrong_with_a_family_is_said_at_once(clerk, site):
    people = {f"person-0-{name}": text for name, text in {"name": "钱一", "phone": "139", "birth_date": "明天"}.items()}
    answer = clerk.post("/desk/household/register", {"people": "1", "household_number": "", **people})
    page = Page.of(answer)
    assert answer.status_code == 422
    links = [a.get("href") for a in page.all("a")]
    assert "#household_number" in links
    assert "#person-0-birth_date" in links
    assert page.form_values()["person-0-name"] == "钱一"


def test_a_family_without_an_area_is_told_so_at_the_field_and_kept(visitor):
    clerk = visitor("clerk", area="000101001")
    person = {"person-0-name": "钱一", "person-0-doc_type": "NONE", "person-0-no_id_reason": "newborn"}
    told = {"people": "1", "household_number": "H77", "address": "临河路7号", "reason": "登记", **person}
    for area, words in (("", "没有这个区域"), ("000101002001", "您无权在该区域登记")):
        answer = clerk.post("/desk/household/register", {**told, "area_id": area})
        page = Page.of(answer)
        assert answer.status_code == 422, page.text
        assert page.form_values()["household_number"] == "H77"
        assert "#area_id" in [link.get("href") for link in page.all("a")], page.text
        assert words in page.text


def test_a_summary_of_errors_says_which_field_each_is_about(clerk):
    page = Page.of(clerk.post("/desk/resident/new", {**NEW, **NO_NUMBER, "phone": "12345"}))
    assert "联系电话：这是服务号码" in page.text
