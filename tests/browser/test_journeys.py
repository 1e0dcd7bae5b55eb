"""Six whole days of work in a real browser, from the first page to the last."""

from __future__ import annotations

import io
from uuid import UUID

import openpyxl
from PIL import Image

from registries.storing import opened as opened_values
from tests.browser.conftest import Served, Tab
from tests.browser.walking import enter, follow, press, tab_to, text, until, zh
from tests.conftest import demo_number
from tests.portal.working import count

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS = (("单位名称", "单位类型", "地址"), ("临河鱼行", "个体工商户", "临河路21号"), ("望海布庄", "企业", "临河路22号"))


def workbook() -> dict[str, str | bytes]:
    book, data = openpyxl.Workbook(), io.BytesIO()
    for row in ROWS:
        book.active.append(row)
    book.save(data)
    return {"name": "单位.xlsx", "mimeType": XLSX, "buffer": data.getvalue()}


def photo() -> dict[str, str | bytes]:
    data = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(data, "JPEG")
    return {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": data.getvalue()}


def values(at: Served, kind: str, record_id) -> dict:
    with at.site.system.database.reading() as session:
        item = at.site.system.catalogue[kind].load(session, [record_id])[0]
        return opened_values(at.site.system.keys, item.values)


def test_a_clerk_imports_a_spreadsheet_corrects_a_record_and_takes_the_import_back(served, tab):
    opened = tab(served, "clerk")
    page, before = opened.page, count(served.site.system, "organisation")
    opened.open("/desk/imports/")
    follow(page, "New import")
    page.select_option("#kind", "organisation")
    page.set_input_files("#file", workbook())
    press(page, "Send and go on")
    assert "临河鱼行" in text(opened)
    press(page, "Check the file")
    served.work()
    page.get_by_role("button", name=zh("Apply %(count)s rows", count=2)).wait_for()
    assert count(served.site.system, "organisation") == before
    with page.expect_navigation():
        page.get_by_role("button", name=zh("Apply %(count)s rows", count=2)).click()
    served.work()
    page.get_by_role("heading", name=zh("The import is applied")).wait_for()
    address = page.url
    assert count(served.site.system, "organisation") == before + 2
    page.fill("#top-q", "临河鱼行")
    with page.expect_navigation():
        page.press("#top-q", "Enter")
    follow(page, "临河鱼行")
    follow(page, "Change")
    page.fill("#address", "临河路23号")
    press(page, "Save")
    assert "临河路23号" in text(opened)
    page.goto(address)
    follow(page, "Take the import back …")
    press(page, "Take it back")
    served.work()
    page.get_by_role("heading", name=zh("The import was taken back")).wait_for()
    # The corrected record is somebody's work since; it stays, and the page names it.
    assert count(served.site.system, "organisation") == before + 1
    assert page.get_by_role("main").locator('a[href*="/desk/organisation/"]').count() == 1
    assert not opened.said


def test_a_family_is_registered_and_moved_without_javascript(served, tab):
    opened = tab(served, "clerk", script=False)
    page = opened.page
    opened.open("/desk/household/")
    follow(page, "Register a family")
    grids = page.locator("#area_id option").filter(has_text="网格")
    first, second = (grids.nth(at).get_attribute("value") for at in (0, 4))
    page.select_option("#area_id", first)
    page.fill("#address", "临河路31号")
    page.fill("#household_number", "B-31")
    for at, (name, sex, relation) in enumerate((("石大海", "1", "户主"), ("柳小云", "2", "配偶"))):
        page.fill(f"#person-{at}-name", name)
        page.select_option(f"#person-{at}-doc_type", "RIC")
        page.fill(f"#person-{at}-id_number", demo_number(3 + at, sex))
        options = page.locator(f"#person-{at}-relation_to_head option").filter(has_text=relation)
        page.select_option(f"#person-{at}-relation_to_head", options.first.get_attribute("value"))
    press(page, "Save the family")
    assert "石大海" in text(opened), text(opened)
    assert "柳小云" in text(opened)
    follow(page, "The household moves")
    page.select_option("#area_id", second)
    page.fill("#address", "望海路8号")
    press(page, "Move the household")
    follow(page, "石大海")
    assert "望海路8号" in text(opened)
    page.goto(f"{page.url.partition('?')[0]}/history")
    assert "望海路8号" in text(opened)
    assert "临河路31号" in text(opened)


def test_a_registry_administrator_merges_two_records_and_parts_them_again(served, tab):
    opened = tab(served, "registry_admin")
    page, pair = opened.page, [UUID(served.ids[name]) for name in ("fifth", "sixth")]
    before = [values(served, "organisation", one) for one in pair]
    opened.open(f"/desk/organisation/{pair[0]}")
    page.get_by_text(zh("This is registered twice")).click()
    page.fill("#other", before[1]["name"])
    page.get_by_role("option", name=before[1]["name"]).first.click()
    press(page, "Compare the two")
    opened.open("/desk/duplicates?kind=organisation")
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("row", name=before[1]["name"]).get_by_role("link").last.click()
    page.locator('input[name="choose-address"][value="second"]').check()
    press(page, "It is one: merge")
    assert page.locator(".error-summary").is_visible()
    page.locator('input[name="choose-address"][value="second"]').check()
    page.fill("#reason", "同一家")
    press(page, "It is one: merge")
    opened.open(f"/desk/organisation/{pair[1]}")
    assert before[1]["address"] in text(opened)
    follow(page, "Part again")
    page.fill("#reason", "弄错了")
    press(page, "Part again")
    assert [values(served, "organisation", one)["address"] for one in pair] == [one["address"] for one in before]
    assert not opened.said


def test_a_leader_goes_from_a_search_to_a_unit_and_from_a_number_to_its_list_by_keyboard_alone(served, tab):
    opened = tab(served, "leader")
    page = opened.page
    opened.open("/leader/units")
    main = page.get_by_role("main")
    tab_to(page, page.locator("#q"))
    page.keyboard.type("居民委员会")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    found = main.locator(".hit").count()
    enter(page, main.locator(".facets a").first)
    assert 0 < main.locator(".hit").count() <= found
    enter(page, main.locator(".hit h2 a").first)
    name = main.locator("h1").inner_text()
    assert "居民委员会" in name
    page.evaluate("window.print = () => { window.printed = true; }")
    tab_to(page, main.get_by_role("button", name=zh("Print")))
    page.keyboard.press("Enter")
    assert page.evaluate("window.printed")
    page.emulate_media(media="print")
    assert page.get_by_role("heading", name=name).is_visible()
    assert not page.locator(".topbar").is_visible()
    assert not page.locator(".staff-nav").is_visible()
    page.emulate_media(media="screen")
    enter(page, page.locator(".nav-wide").get_by_role("link", name=zh("Overview")))
    number = main.locator(".card .stat a").last
    told = number.inner_text()
    enter(page, number)
    assert told in text(opened)
    assert main.locator(".hit").count()
    for address in ("/desk/resident/{resident}", "/leader/units/resident/{resident}", "/desk/resident/"):
        assert opened.open(address.format_map(served.ids)) == 404


def test_an_administrator_makes_an_account_and_ends_it(served, tab):
    admin, person = tab(served, "system_admin"), tab(served)
    admin.open("/admin/users")
    follow(admin.page, "New account")
    admin.page.fill("#name", "browser-newcomer")
    admin.page.select_option("#role", "clerk")
    admin.page.fill("#area", "000101001")
    press(admin.page, "Make the account")
    issued = admin.page.locator("code.issued").inner_text()
    person.open("/desk/")
    sign_in(person, "browser-newcomer", issued)
    assert person.open("/desk/") == 200
    assert "/account/password" in person.page.url
    for field, word in (("old", issued), ("new", "four other odd words"), ("again", "four other odd words")):
        person.page.fill(f"#{field}", word)
    press(person.page, "Change the password")
    assert person.open("/desk/organisation/") == 200
    assert "/desk/organisation/" in person.page.url
    admin.open("/admin/users?q=browser-newcomer")
    follow(admin.page, "browser-newcomer")
    admin.page.locator("summary").get_by_text(zh("Disable this account")).click()
    press(admin.page, "Disable")
    person.open("/desk/organisation/")
    assert "/login" in person.page.url
    sign_in(person, "browser-newcomer", "four other odd words")
    assert person.page.locator(".error-summary").is_visible()


def sign_in(opened: Tab, name: str, password: str) -> None:
    opened.page.fill("#name", name)
    opened.page.fill("#password", password)
    press(opened.page, "Sign in")


def test_a_grid_worker_checks_a_facility_and_loses_nothing_when_the_connection_drops(served, tab):
    opened = tab(served, "grid_worker", width=360)
    page = opened.page
    opened.open(f"/desk/facility/{served.ids['facility']}")
    follow(page, "Note a check")
    page.fill("#note", "灯罩松动，已报修")
    page.set_input_files("#photo", photo())
    press(page, "Save the check")
    assert "灯罩松动" in text(opened)
    opened.open(f"/desk/facility/{served.ids['facility']}")
    assert page.get_by_role("main").locator("a[href*='/files/']").count()
    follow_proposal(served, opened)
    clerk = tab(served, "clerk")
    clerk.open("/desk/proposals")
    assert "洛阳路路灯" in text(clerk)


def follow_proposal(served: Served, opened: Tab) -> None:
    """Propose a change; the connection drops while the form is sent."""
    page, address = opened.page, f"/desk/facility/{served.ids['facility']}/propose"
    opened.open(address)
    page.fill("#note-to-clerk", "门牌已换")
    page.fill("#name", "洛阳路新路灯")
    until(page, "Object.keys(localStorage).some(key => key.includes('propose-'))")
    page.context.set_offline(True)
    words = zh("No connection just now. What you type is kept; save when you are connected again.")
    page.locator("[data-draft-status]").filter(has_text=words).wait_for()
    page.get_by_role("main").get_by_role("button", name=zh("Propose")).last.click()
    page.wait_for_url("chrome-error://**")
    page.context.set_offline(False)
    opened.open(address)
    assert page.input_value("#note-to-clerk") == ""
    page.locator("[data-draft-use]").click()
    assert page.input_value("#note-to-clerk") == "门牌已换"
    assert page.input_value("#name") == "洛阳路新路灯"
    press(page, "Propose")
    assert "/propose" not in page.url, text(opened)
    opened.open(address)
    assert not page.locator("[data-draft-offer]").is_visible()

