"""Below a path of its host the site keeps texts without that path, and shows them with it, once."""

from __future__ import annotations

import pytest

from portal.media import store
from portal.media.store import Looked
from portal.news import cleaning
from tests.portal.public.publishing import AUTHOR, publish
from tests.site import Page

BASE = "http://localhost/sanku/"
TEXT = {
    "title": "题", "category": "community", "origin": "区安促办", "unit": "北湖街道", "dated_on": "2026-03-05",
}  # fmt: skip


@pytest.fixture
def picture(site):
    with site.system.database.writing("network") as session:
        return store.add(session, Looked("图 (1).jpg", "image/jpeg", b"x", b"x", 1, 1), "消火栓", actor=AUTHOR).id


def page(visitor, path):
    return Page.of(visitor.get(path, base_url=BASE, check_page=False))


def test_the_dialog_and_the_library_offer_addresses_without_the_path(visitor, picture):
    editor = visitor("editor")
    part = page(editor, "/editing/library/choose")
    assert [tag["data-put"][:7] for tag in part.all("button") if "data-put" in tag] == ["/media/"]
    assert 'src="/media/' in editor.get(
        f"/editing/library/{picture}", base_url=BASE, check_page=False
    ).get_data(as_text=True).partition("<pre ")[2].replace("&#34;", '"')


def test_what_is_typed_with_the_path_is_kept_without_and_shown_with_it(site, visitor, picture):
    editor = visitor("editor")
    body = f'<p>见<a href="/sanku/news/">新闻</a></p><figure><img src="/sanku/media/{picture}/a.jpg" alt="栓"></figure>'
    answer = editor.post("/editing/news/new", {**TEXT, "body": body}, base_url=BASE)
    address = answer.headers["Location"].partition("?")[0].removeprefix("/sanku")
    record_id = address.rsplit("/", 1)[1]
    with site.system.database.reading() as session:
        kept = session.execute(site.system.catalogue["news"].kind.table.select()).mappings().all()
    assert [row["body"] for row in kept if str(row["id"]) == record_id] == [
        cleaning.clean(body).replace("/sanku/", "/")
    ]
    shown = page(editor, address)
    assert f"/sanku/media/{picture}/a.jpg" in [tag.get("src") for tag in shown.all("img")]
    assert "/sanku/news/" in [tag.get("href") for tag in shown.all("a")]
    assert "没有页面" not in shown.text


def test_what_is_pasted_comes_back_without_the_path(visitor, picture):
    html = f'<p><img src="/sanku/media/{picture}" alt="栓"></p>'
    answer = visitor("editor").post("/editing/clean", {"html": html}, base_url=BASE)
    assert f'src="/media/{picture}"' in answer.get_data(as_text=True)


def test_what_was_kept_with_the_path_is_shown_with_it_once(site, picture):
    record_id = publish(site, "news", body=f'<p><img src="/sanku/media/{picture}" alt="栓"></p>')
    shown = page(site.visitor(), f"/news/{record_id}")
    assert f"/sanku/media/{picture}" in [tag.get("src") for tag in shown.all("img")]


def test_a_link_with_the_path_is_found_to_lead_somewhere(site, visitor):
    record_id = publish(site, "news", body='<p><a href="/sanku/notices/">通知</a></p>')
    shown = visitor("editor", language="en").get(f"/editing/news/{record_id}", base_url=BASE, check_page=False)
    assert "There is no page" not in shown.get_data(as_text=True)


@pytest.mark.parametrize("name", ["%E5%9B%BE_(1).jpg", "small/a.jpg", "a-b_c.jpg", ""])
def test_a_picture_stays_in_a_text_whatever_its_file_was_called(picture, name):
    address = f"/media/{picture}/{name}".rstrip("/")
    assert f'src="{address}"' in cleaning.clean(f'<p><img src="{address}" alt="栓"></p>')


@pytest.mark.parametrize("address", [
    "/media/00112233445566778899aabbccddeeff", "https://elsewhere.example/media/x", "/media/x/y",
])
def test_a_picture_is_none_of_the_site_unless_its_address_names_one(address):
    assert "src" not in cleaning.clean(f'<p><img src="{address}" alt="栓"></p>')
