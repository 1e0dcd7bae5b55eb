"""What somebody typed outlives the end of his session, the work of another and a key pressed in passing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.accounts import sessions
from registries.storing import opened as opened_values
from tests.browser.walking import press, text, until, zh
from tests.site import PASSWORD


def records(at, kind: str, number: int):
    """The id of a live record that no other test changes."""
    table = at.site.system.catalogue[kind].kind.table
    with at.site.system.database.reading() as session:
        return session.scalars(sa.select(table.c.id).order_by(table.c.id.desc()).limit(number)).all()[-1]


def address_of(at, kind: str, record_id) -> str | None:
    with at.site.system.database.reading() as session:
        item = at.site.system.catalogue[kind].load(session, [record_id])[0]
        return opened_values(at.site.system.keys, item.values)["address"]


def test_a_form_sent_after_the_session_ended_is_sent_once_more_after_signing_in(served, tab):
    opened, record_id = tab(served, "clerk"), records(served, "place", 2)
    opened.open(f"/desk/place/{record_id}/edit")
    opened.page.fill("#address", "临河路77号")
    with served.site.system.database.writing("system") as session:
        sessions.end_all(session, served.user("clerk").id)
    press(opened.page, "Save")
    assert "/login" in opened.page.url or opened.page.locator("#password").is_visible()
    assert zh("What you had typed was kept. Sign in, and you can send it.") in text(opened)
    opened.page.fill("#name", served.user("clerk").name)
    opened.page.fill("#password", PASSWORD)
    press(opened.page, "Sign in")
    assert address_of(served, "place", record_id) != "临河路77号"
    press(opened.page, "Send it")
    assert address_of(served, "place", record_id) == "临河路77号"


def test_who_saves_second_sees_both_and_decides(served, tab):
    record_id = records(served, "place", 3)
    one, other = tab(served, "clerk"), tab(served, "registry_admin")
    for opened, words in ((one, "临河路1号甲"), (other, "临河路1号乙")):
        opened.open(f"/desk/place/{record_id}/edit")
        opened.page.fill("#address", words)
    press(one.page, "Save")
    press(other.page, "Save")
    assert zh("Somebody else has changed this record meanwhile") in text(other)
    row = other.page.get_by_role("row").filter(has_text="临河路1号甲")
    assert "临河路1号乙" in row.inner_text()
    assert address_of(served, "place", record_id) == "临河路1号甲"
    press(other.page, "Save what I typed")
    assert address_of(served, "place", record_id) == "临河路1号乙"


def test_the_slash_goes_to_the_search_unless_somebody_types(served, tab):
    opened = tab(served, "clerk")
    opened.open(f"/desk/place/{served.ids['place']}/edit")
    opened.page.keyboard.press("/")
    assert opened.page.locator("#top-q").evaluate("box => box === document.activeElement")
    assert opened.page.input_value("#top-q") == ""
    opened.page.locator("#address").fill("")
    opened.page.locator("#address").press("/")
    assert opened.page.input_value("#address") == "/"


@pytest.mark.parametrize("path", ["/desk/organisation/new", "/desk/place/new"])
def test_a_closed_tab_offers_its_draft_and_forgets_it_on_request(served, tab, path):
    opened = tab(served, "clerk")
    opened.open(path)
    opened.page.fill("#address", "临河路88号")
    until(opened.page, "Object.keys(localStorage).some(key => key.startsWith('draft:'))")
    opened.open(path)
    assert opened.page.input_value("#address") == ""
    opened.page.locator("[data-draft-drop]").click()
    opened.open(path)
    assert not opened.page.locator("[data-draft-offer]").is_visible()


def test_what_tells_of_people_is_kept_in_no_draft(served, tab):
    opened = tab(served, "clerk")
    opened.open("/desk/household/register")
    opened.page.fill("#person-0-name", "石大海")
    opened.page.fill("#household_number", "B-99")
    opened.page.select_option("#person-0-sex", "1")
    until(opened.page, "Object.keys(localStorage).some(key => key.startsWith('draft:'))")
    kept = opened.page.evaluate("JSON.stringify(localStorage)")
    assert "石大海" not in kept
    assert "B-99" not in kept
