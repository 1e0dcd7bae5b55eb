"""Pictures and documents are looked at before anything is written: meanwhile others can write."""

from __future__ import annotations

import io

from portal.media import looking
from portal.media.store import Looked


def test_a_picture_is_looked_at_while_others_can_write(site, visitor, monkeypatch):
    seen = []

    def picture(sent):
        with site.system.database.writing("network"):
            seen.append(sent.filename)
        return Looked("x.jpg", "image/jpeg", b"x", b"x", 1, 1)

    monkeypatch.setattr(looking, "picture", picture)
    editor = visitor("editor")
    told = {"upload-file": (io.BytesIO(b"x"), "library.jpg"), "upload-alternative": "消火栓"}
    assert editor.post("/editing/library", told, content_type="multipart/form-data").status_code == 303
    told = {"title": "题", "picture-file": (io.BytesIO(b"x"), "text.jpg"), "picture-alternative": "消火栓"}
    assert editor.post("/editing/news/new", told, content_type="multipart/form-data").status_code == 303
    assert seen == ["library.jpg", "text.jpg"]
