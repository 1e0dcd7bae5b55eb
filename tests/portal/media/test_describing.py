"""What is said of a picture or a file is public with it: two people, and no number of anybody."""

from __future__ import annotations

from io import BytesIO

import pytest

from portal.media import store
from portal.media.store import Looked
from registries.access import Actor, Grant
from registries.messages import Refused
from tests.portal.public.publishing import publish, write
from tests.site import Page

EDITOR = Actor("author", (Grant("editor", "0001"),))
REVIEWER = Actor("reviewer", (Grant("reviewer", "0001"),))
PHONE = "13800138000"


@pytest.fixture
def picture(site):
    with site.system.database.writing("network") as session:
        return store.add(session, Looked("a.jpg", "image/jpeg", b"x", b"x", 1, 1), "消火栓", actor=EDITOR).id


def noted(site, record_id, kind="news"):
    records = site.system.catalogue[kind]
    with site.system.database.writing("network") as session:
        item = records.load(session, [record_id])[0]
        store.note_uses(session, kind, record_id, item.values["edition"])


def test_an_author_says_better_what_a_picture_of_a_draft_shows(site, picture):
    write(site, "news", picture=str(picture))
    with site.system.database.writing("network") as session:
        assert store.describe(session, picture, "灭火器", None, actor=EDITOR).alternative == "灭火器"


def test_what_readers_see_of_a_picture_is_changed_by_a_reviewer_only(site, picture):
    noted(site, publish(site, "news", picture=str(picture)))
    with site.system.database.writing("network") as session:
        with pytest.raises(Refused, match="Ask a reviewer"):
            store.describe(session, picture, "别的", None, actor=EDITOR)
        assert store.describe(session, picture, "灭火器", None, actor=REVIEWER).alternative == "灭火器"


def test_the_page_of_a_shown_picture_says_why_an_author_cannot_change_it(site, visitor, picture):
    noted(site, publish(site, "news", picture=str(picture)))
    editor, address = visitor("editor", language="en"), f"/editing/library/{picture}"
    assert "only a reviewer changes" in editor.page(address).text
    assert editor.post(address, {"alternative": "别的"}).status_code == 422
    assert visitor("reviewer").post(address, {"alternative": "灭火器"}).status_code == 303


@pytest.mark.parametrize("words", [("电话" + PHONE, None), ("消火栓", "Call " + PHONE)])
def test_no_number_of_a_person_is_said_of_a_picture(site, picture, words):
    with site.system.database.writing("network") as session, pytest.raises(Refused, match="mobile number"):
        store.describe(session, picture, *words, actor=EDITOR)
    file = Looked("b.jpg", "image/jpeg", b"y", b"y", 1, 1)
    with site.system.database.writing("network") as session, pytest.raises(Refused, match="mobile number"):
        store.add(session, file, words[0], actor=EDITOR, alternative_en=words[1])


def test_a_document_called_by_the_number_of_a_person_is_not_taken(visitor):
    sent = {"what": "document", "upload-file": (BytesIO(b"%PDF-1.7 plain"), "a.pdf"), "upload-alternative": PHONE}
    answer = visitor("editor").post("/editing/library", sent)
    assert answer.status_code == 422
    assert "手机号码" in Page.of(answer).text
