"""Code lists and areas in memory: read anew when one of them changes, and only then."""

from __future__ import annotations

import sqlalchemy as sa

from app import catalogue
from registries import changes, code_lists, references
from registries.areas import Area
from registries.changes import Entry
from registries.code_lists import Wish
from tests import factories

NEWS = catalogue()["news"]


def loaded(database):
    with database.reading() as session:
        return references.load(session)


def test_a_new_entry_of_a_list_is_known_at_once(any_database, actor):
    before = loaded(any_database)
    with any_database.writing("network") as session:
        code_lists.add(session, "place_kind", Wish("K90", "城市书房", "Reading room"), actor=actor)
    assert not before.codes("place_kind").has("K90")
    assert loaded(any_database).codes("place_kind").has("K90")


def test_a_change_of_an_area_is_known_at_once_though_articles_were_written_since(any_database, actor):
    before = loaded(any_database)
    with any_database.writing("network") as session:
        area = session.scalars(sa.select(Area).where(Area.kind == "street").order_by(Area.path)).first()
        area.name_zh = "新名街道"
        changes.append(session, actor.name, [Entry("area", area.id, "update", {"name_zh": [None, "新名街道"]})])
    write_news(any_database, actor)
    assert before.areas.find("新名街道") is None
    assert loaded(any_database).areas.find("新名街道") is not None


def test_an_article_does_not_make_the_lists_be_read_again(any_database, actor):
    before = loaded(any_database)
    write_news(any_database, actor)
    after = loaded(any_database)
    assert after is before
    assert after.generation <= before.generation


def write_news(database, actor):
    known = loaded(database)
    with database.writing("network") as session:
        raw = factories.raw(NEWS, 1, known)
        NEWS.create(session, raw, actor=actor)
