"""Pictures and documents are looked at before anything is written: meanwhile others can write."""

from __future__ import annotations

import io

import pytest

from portal.media import looking
from portal.media.store import Looked
from tests.site import Page


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


@pytest.mark.parametrize(("name", "tag", "value"), [
    ("body", "textarea", "<p>" + "长" * 400_001 + "</p>"), ("picture", "fieldset", "x" * 50),
])
def test_what_is_wrong_with_an_input_of_texts_is_said_of_it(visitor, name, tag, value):
    answer = visitor("editor").post("/editing/news/new", {"title": "题", name: value})
    assert answer.status_code == 422
    shown = next(one for one in Page.of(answer).all(tag) if one.get("id") == name)
    assert f"{name}-problem" in (shown.get("aria-describedby") or "").split()
    assert f"#{name}" in [link.get("href") for link in Page.of(answer).all("a")]
