"""A site adds codes of its own, renames and ends them, and leaves alone what comes with Sanku."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from registries import changes, code_files, code_lists, codes, merging, references
from registries.access import Actor, Grant, NotAllowed
from registries.changes import CHANGE
from registries.code_lists import Wish
from registries.codes import Code
from registries.messages import Refused
from registries.records import Invalid
from registries.scheme_names import CERTAINTIES, NAMES, OPEN

ADMIN = Actor("admin", (Grant("registry_admin", "0001"),))
OWN = Wish("K90", "城市书房", "Reading room", synonyms="书屋、图书角")


@pytest.fixture
def change(any_database):
    def call(verb, *args, actor=ADMIN, **named):
        with any_database.writing("network") as session:
            return getattr(code_lists, verb)(session, *args, actor=actor, **named)

    return call


def test_every_shipped_list_has_a_name_and_every_certainty_a_meaning():
    shipped = list(code_files.read_all())
    assert {one.scheme for one in shipped} == set(NAMES)
    assert {one.certainty for one in shipped} <= {*CERTAINTIES, ""}
    assert set(NAMES) >= OPEN


def test_an_entry_of_the_sites_own_is_found_by_all_its_words(any_database, change):
    change("add", "place_kind", OWN)
    with any_database.reading() as session:
        known = references.load(session).codes("place_kind")
        assert [known.find(word) for word in ("K90", "城市书房", "Reading room", "书屋", "图书角")] == ["K90"] * 5
        assert code_lists.schemes(session)["place_kind"].local == 1
        assert [row.code for row in code_lists.entries(session, "place_kind", only="local")] == ["K90"]


def test_an_upgrade_leaves_it_alone(any_database, change):
    change("add", "place_kind", OWN)
    with any_database.writing("network") as session:
        assert codes.load_shipped(session, "test") == 0
        assert session.get_one(Code, ("place_kind", "K90")).name_zh == "城市书房"


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish("", "名", "name"), "code"), (Wish("a b", "名", "name"), "code"), (Wish("K91", " ", "name"), "name_zh"),
        (Wish("K91", "名", ""), "name_en"), (Wish("K91", "名", "name", parent="nothing"), "parent"),
        (OWN, "code"), (Wish("K91", "城市书房", "name"), "name_zh"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(change, wish, field):
    change("add", "place_kind", OWN)
    with pytest.raises(Invalid) as caught:
        change("add", "place_kind", wish)
    assert field in caught.value.errors


def test_codes_of_facilities_stay_within_the_local_class(change):
    with pytest.raises(Invalid):
        change("add", "facility_subclass", Wish("0199", "雨水花园", "Rain garden"))
    assert change("add", "facility_subclass", Wish("2190", "雨水花园", "Rain garden", parent="21")).parent == "21"


def test_nothing_is_added_to_a_list_that_rules_depend_on(change):
    with pytest.raises(Refused):
        change("add", "sex", Wish("3", "其他", "Other"))


@pytest.mark.parametrize("verb", ["rename", "end", "bring_back"])
def test_what_comes_with_sanku_is_left_alone(any_database, change, verb):
    with any_database.reading() as session:
        code = code_lists.entries(session, "place_kind")[0].code
    more = {"rename": {"name_zh": "x", "name_en": "x", "synonyms": ""}, "end": {"on": date(2026, 1, 1)}}.get(verb, {})
    with pytest.raises(Refused):
        change(verb, "place_kind", code, **more)


def test_an_ended_entry_cannot_be_chosen_and_comes_back(any_database, change):
    change("add", "place_kind", OWN)
    change("rename", "place_kind", "K90", name_zh="社区书房", name_en="Reading room", synonyms="")
    change("end", "place_kind", "K90", on=date(2026, 1, 1))
    with any_database.reading() as session:
        entry = references.load(session).codes("place_kind").entries["K90"]
        assert (entry.name_zh, entry.valid_to) == ("社区书房", date(2026, 1, 1))
        assert [row.code for row in code_lists.entries(session, "place_kind", only="ended")] == ["K90"]
    change("bring_back", "place_kind", "K90")
    with any_database.reading() as session:
        assert references.load(session).codes("place_kind").entries["K90"].valid_to is None
        log = CHANGE["network"]
        rows = session.execute(sa.select(log).where(log.c.kind == "code", log.c.actor == "admin").order_by(log.c.id))
        assert [changes.from_row(row).action for row in rows] == ["create", "rename", "end", "restore"]


@pytest.mark.parametrize(
    "stranger",
    [
        Actor("a", (Grant("registry_admin", "00010001"),)), Actor("b", (Grant("clerk", "0001"),)),
        Actor("c", (Grant("system_admin", "0001"),)), Actor("d"),
    ],
)  # fmt: skip
def test_only_an_administrator_of_the_district_changes_the_lists(change, stranger):
    with pytest.raises(NotAllowed):
        change("add", "place_kind", OWN, actor=stranger)


def test_records_that_hold_a_code_are_counted(any_database, catalogue, records):
    with any_database.reading() as session:
        assert code_lists.holders(session, catalogue, "sex", "1", actor=ADMIN) == {"resident": 2}
        assert code_lists.holders(session, catalogue, "facility_subclass", "0101", actor=ADMIN) == {"facility": 3}
    assert [one.name for one, _ in code_lists.users_of(catalogue.values(), "facility_subclass")] == ["facility"]


def test_a_merged_record_is_not_counted_beside_its_survivor(any_database, catalogue, records, actor):
    facilities = catalogue["facility"]
    with any_database.writing("facilities") as session:
        pair = facilities.load(session, records["facility"][:2])
        merging.merge(session, facilities, *((item.id, item.version) for item in pair), actor=actor, reason="one")
    with any_database.reading() as session:
        assert code_lists.holders(session, catalogue, "facility_subclass", "0101", actor=ADMIN) == {"facility": 2}


@pytest.mark.parametrize("stranger", [
    Actor("a", (Grant("registry_admin", "00010002"),)), Actor("b", (Grant("registry_admin", "0001", "facilities"),)),
])  # fmt: skip
def test_records_that_one_may_not_see_are_not_counted(any_database, catalogue, records, stranger):
    with any_database.reading() as session:
        assert code_lists.holders(session, catalogue, "sex", "1", actor=stranger) == {}
