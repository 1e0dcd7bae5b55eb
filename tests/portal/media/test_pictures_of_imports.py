"""Pictures of articles that the console imports are public with them, and no longer when the import is taken back."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner

from portal.commands import imports
from portal.media import store
from portal.media.store import Looked
from registries.access import console

HEADINGS = ["标题", "正文", "栏目", "来源", "责任单位", "发布日期"]


@pytest.fixture
def picture(site):
    with site.system.database.writing("network") as session:
        looked = Looked("a.jpg", "image/jpeg", b"x", b"x", 1, 1)
        return store.add(session, looked, "消火栓", actor=console("author")).id


@pytest.fixture
def shell(site):
    commands = {one.name: one for one in imports.commands(site.system)}

    def run(name, *words):
        said = CliRunner().invoke(commands[name], [*map(str, words), "--json"])
        assert said.exit_code == 0, said.output
        return json.loads(said.stdout[said.stdout.index("{"):])

    return run


def articles(folder, picture):
    path = folder / "news.csv"
    with path.open("w", newline="") as out:
        body = f'<p><img src="/media/{picture}/a.jpg" alt="栓"></p>'
        csv.writer(out).writerows([HEADINGS, ["旧闻", body, "work", "办公室", "办公室", "2020-01-05"]])
    return path


def test_a_picture_of_an_imported_article_is_loaded_by_readers(site, shell, picture, tmp_path):
    reader, address = site.visitor(), f"/media/{picture}/a.jpg"
    assert reader.get(address).status_code == 404
    batch = shell("import", "news", articles(tmp_path, picture))["batch"]
    assert reader.get(address, check_page=False).status_code == 200
    shell("undo", batch)
    assert reader.get(address).status_code == 404
    with site.system.database.reading() as session:
        assert store.used_by(session, picture) == []


def test_an_imported_article_is_dated_as_it_was(site, shell, picture, tmp_path):
    shell("import", "news", articles(tmp_path, picture))
    assert "2020" in site.visitor().page("/news/").text
