"""Readers load pictures and documents, and nothing is read twice for them."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
from PIL import Image

from portal.media import looking, store
from portal.media.store import Looked
from tests.portal.public.publishing import AUTHOR, publish


@pytest.fixture
def told(site):
    """The statements that the site sends to its database."""
    found: list[str] = []
    sa.event.listen(site.system.database.engine, "before_cursor_execute", lambda *args: found.append(args[2]))
    return found


def kept(site, name="a.jpg", data=None):
    jpeg = BytesIO()
    Image.new("RGB", (8, 6)).save(jpeg, "JPEG")
    looked = looking.drawn(name, jpeg.getvalue()) if data is None else Looked(name, "application/pdf", data)
    with site.system.database.writing("network") as session:
        return store.add(session, looked, "消火栓", actor=AUTHOR).id


def shown(site, media_id, **fields):
    record_id = publish(site, "page", **fields)
    with site.system.database.writing("network") as session:
        item = site.system.catalogue["page"].load(session, [record_id])[0]
        store.note_uses(session, "page", record_id, item.values["edition"])


def test_the_bytes_are_not_read_for_who_has_them(site, told):
    media_id = kept(site, "a.pdf", b"%PDF-1.7 plain")
    shown(site, media_id, files=[str(media_id)])
    reader, address = site.visitor(), f"/media/{media_id}/a.pdf"
    first = reader.get(address, check_page=False)
    assert first.data == b"%PDF-1.7 plain"
    told.clear()
    again = reader.get(address, headers={"If-None-Match": first.headers["ETag"]}, check_page=False)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert told
    assert not [one for one in told if "content" in one.partition("FROM")[0]]
    assert reader.get(address, headers={"If-None-Match": '"other"'}, check_page=False).data == first.data


@pytest.mark.parametrize("small", ["", "small/"])
def test_a_picture_is_sent_whole_and_small(site, small):
    media_id = kept(site)
    shown(site, media_id, picture=str(media_id))
    answer = site.visitor().get(f"/media/{media_id}/{small}a.jpg", check_page=False)
    assert answer.data.startswith(b"\xff\xd8")
    assert answer.headers["Content-Disposition"].startswith("inline")


def test_the_pictures_of_a_list_are_asked_for_at_once(site, told):
    for number in range(4):
        publish(site, "page", title=f"要点{number}", picture=str(kept(site)))
    told.clear()
    page = site.visitor().page("/knowledge/")
    assert len([tag for tag in page.all("img") if "/small/" in (tag.get("src") or "")]) == 4
    assert len([one for one in told if "FROM network.media" in one]) == 1
