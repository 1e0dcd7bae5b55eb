"""Mergers taken back in any order leave what there was; numbers, areas and rights stay whole on the way."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import catalogue as every_kind
from registries import area_moves, changes, duplicates, merging, references
from registries.access import Actor, Grant, NotAllowed, console
from registries.messages import Refused
from registries.population.census import population_on
from registries.population.households import members
from registries.records import Doubtful, Invalid
from registries.storing import opened
from tests import factories

KINDS = every_kind()
ACTOR = console("test")
HERE = "000101001001001"
_serials = itertools.count(9_000)


def merge(database, records, survivor, other, take=(), actor=ACTOR, reason="one", **options):
    """Merge two records as they stand."""
    with database.writing(records.kind.database) as session:
        first, second = records.load(session, [survivor, other])
        return merging.merge(
            session, records, (first.id, first.version), (second.id, second.version), take, actor=actor,
            reason=reason, **options,
        )  # fmt: skip


def unmerge(database, records, other, actor=ACTOR):
    with database.writing(records.kind.database) as session:
        return merging.unmerge(session, records, other, actor=actor, reason="two")


def edit(database, records, record_id, **values):
    with database.writing(records.kind.database) as session:
        version = records.load(session, [record_id])[0].version
        return records.update(session, record_id, values, version=version, actor=ACTOR, reason="seen")


def make(database, records, **told):
    with database.writing(records.kind.database) as session:
        raw = factories.raw(records, next(_serials), references.load(session))
        return records.create(session, {**raw, **told}, actor=ACTOR, reason="seen").id


def clear(database, records, record_id):
    with database.reading() as session:
        item = records.load(session, [record_id])[0]
        return opened(database.keys, item.values)


def rows(database, records, ids):
    """The rows of records and of their lists to the letter, but for versions and times."""
    table = records.kind.table
    left_out = ("version", "row_version", "updated_at", "note")
    columns = [column for column in table.columns if column.name not in left_out]
    with database.reading() as session:
        return [
            (
                session.execute(sa.select(*columns).where(table.c.id == one)).one(),
                *(
                    session.execute(sa.select(part.__table__).where(part.__table__.c.owner_id == one)).all()
                    for part in records.kind.parts.values()
                ),
            )
            for one in ids
        ]


steps = st.lists(st.tuples(
    st.sampled_from(["merge", "merge", "merge", "edit", "unmerge"]),
    st.integers(0, 3), st.integers(0, 3), st.sets(st.integers(0, 60), max_size=30),
), max_size=8)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=steps, order=st.permutations(range(4)))
def test_mergers_taken_back_in_any_order_leave_what_there_was(shared_database, kind, steps, order):
    database, records = shared_database, KINDS[kind]
    names = list(records.storage.fields)
    ids = [make(database, records) for _ in range(4)]
    notes = {one: clear(database, records, one)["note"] for one in ids}
    before = rows(database, records, ids)
    for serial, (step, first, second, chosen) in enumerate(steps):
        try:
            if step == "merge":
                merge(database, records, ids[first], ids[second], [names[at % len(names)] for at in chosen])
            elif step == "unmerge":
                unmerge(database, records, ids[first])
            elif clear_of_merger(database, records, ids[first]):
                edit(database, records, ids[first], note=f"By hand {serial}.")
                notes[ids[first]] = f"By hand {serial}."
        except (Refused, Invalid):
            # A choice of contradicting dates is refused; mergers taken back out of their order may leave such dates.
            continue
    for _round in ids:
        for at in order:
            try:
                unmerge(database, records, ids[at])
            except Refused:
                continue
    assert rows(database, records, ids) == before
    assert {one: clear(database, records, one)["note"] for one in ids} == notes


def clear_of_merger(database, records, record_id):
    with database.reading() as session:
        return records.load(session, [record_id])[0].merged_into is None


def test_values_of_two_records_that_contradict_each_other_are_refused(any_database):
    hydrants = KINDS["facility"]
    first = make(any_database, hydrants, made_on="2001-01-01", installed_on="2002-01-01")
    second = make(any_database, hydrants, made_on="2010-01-01", installed_on="2011-01-01")
    before = rows(any_database, hydrants, [first, second])
    with pytest.raises(Invalid) as refused:
        merge(any_database, hydrants, first, second, ["made_on"])
    assert list(refused.value.errors) == ["installed_on"]
    assert rows(any_database, hydrants, [first, second]) == before
    merge(any_database, hydrants, first, second, ["made_on", "installed_on"])
    edit(any_database, hydrants, first, note="It can be edited.")


def test_a_doubtful_choice_is_told_before_and_confirmed_by_the_reason(any_database):
    firms = KINDS["organisation"]
    first = make(any_database, firms, opened_on="2015-01-01", closed_on=None)
    second = make(any_database, firms, opened_on="2001-01-01", closed_on="2003-01-01", operating_status="50")
    with any_database.reading() as session:
        told = merging.doubts(session, firms, first, second, ["closed_on", "operating_status"], actor=ACTOR)
    assert told.warnings.keys() == {"closed_on"}
    assert not told.errors
    with pytest.raises(Doubtful):
        merge(any_database, firms, first, second, ["closed_on", "operating_status"], reason=" ")
    merge(any_database, firms, first, second, ["closed_on", "operating_status"])


def test_a_survivor_that_keeps_all_its_own_is_not_asked_about_them_again(any_database):
    hydrants = KINDS["facility"]
    first, second = (make(any_database, hydrants) for _ in range(2))
    table = hydrants.kind.table
    wrong = sa.update(table).where(table.c.id == first).values(made_on=date(2010, 1, 1), installed_on=date(2001, 1, 1))
    with any_database.writing("facilities") as session:
        session.execute(wrong)
    merge(any_database, hydrants, first, second)


@pytest.fixture
def firms(any_database):
    """Three organisations, each with a credit code."""
    return [make(any_database, KINDS["organisation"]) for _ in range(3)]


def test_both_histories_tell_of_a_merger_that_took_nothing(any_database, firms):
    organisations, (first, second, _) = KINDS["organisation"], firms
    merge(any_database, organisations, first, second)
    unmerge(any_database, organisations, second)
    with any_database.reading() as session:
        told = [(c.action, c.changes.get("merged_from")) for c in changes.history(session, "organisations", first)]
    assert told[:2] == [("unmerge", [str(second), None]), ("merge", [None, str(second)])]


def test_a_list_can_get_the_rows_of_both(any_database, firms):
    organisations, (first, second, _) = KINDS["organisation"], firms
    both = [clear(any_database, organisations, one)["licences"] for one in (first, second)]
    merge(any_database, organisations, first, second, join=["licences"])
    joined = clear(any_database, organisations, first)["licences"]
    assert joined == [*both[0], *(row for row in both[1] if row not in both[0])]
    unmerge(any_database, organisations, second)
    assert clear(any_database, organisations, first)["licences"] == both[0]


@pytest.mark.parametrize("options", [{"take": ["nothing"]}, {"join": ["name"]}, {"join": ["nothing"]}])
def test_what_cannot_be_taken_or_joined_is_refused(any_database, firms, options):
    with pytest.raises(Invalid):
        merge(any_database, KINDS["organisation"], *firms[:2], **options)


def test_lists_that_tell_one_story_are_taken_whole(any_database):
    residents = KINDS["resident"]
    first, second = make(any_database, residents), make(any_database, residents, area_id=HERE)
    with pytest.raises(Invalid):
        merge(any_database, residents, first, second, join=["stays"])
    merge(any_database, residents, first, second, ["area_id"])
    ours, theirs = (clear(any_database, residents, one) for one in (first, second))
    assert ours["life_events"] == theirs["life_events"]
    told = ("area_id", "area_path", "from_on", "to_on", "kind")
    one, other = ([[row[name] for name in told] for row in values["stays"]] for values in (ours, theirs))
    assert one == other


def test_one_person_with_two_records_is_counted_once_with_the_sex_that_was_chosen(any_database):
    residents, day = KINDS["resident"], date(2026, 6, 1)
    told = {"moved_in_on": "2015-06-01", "area_id": HERE, "separation_type": None}
    first, second, third = (make(any_database, residents, **told) for _ in range(3))
    edit(any_database, residents, second, id_number=None, doc_type=None, no_id_reason="lost", sex="2")
    merge(any_database, residents, first, second, ["sex"])
    with any_database.writing("population") as session:
        residents.retire(session, third, version=1, actor=ACTOR, reason="Made by mistake.")
    counts = []
    for _step in range(2):
        with any_database.reading() as session:
            census = population_on(session, day)
        counts.append((census.total, census.count(sex="1"), census.count(sex="2")))
        if _step == 0:
            unmerge(any_database, residents, second)
    assert counts == [(1, 0, 1), (2, 1, 1)]


def test_people_of_a_merged_household_belong_to_the_one_that_stayed(any_database):
    residents, households = KINDS["resident"], KINDS["household"]
    people = [make(any_database, residents, area_id=HERE) for _ in range(2)]
    first, second = (clear(any_database, residents, one)["household_id"] for one in people)
    merge(any_database, households, first, second)
    with any_database.reading() as session:
        assert {item.id for item in members(session, first)} == set(people)


def test_a_merge_asks_for_the_right_to_merge(any_database, firms):
    clerk, admin = (Actor(role, (Grant(role, "0001"),)) for role in ("clerk", "registry_admin"))
    organisations, (first, second, _) = KINDS["organisation"], firms
    with pytest.raises(NotAllowed):
        merge(any_database, organisations, first, second, actor=clerk)
    merge(any_database, organisations, first, second, actor=admin)
    with pytest.raises(NotAllowed):
        unmerge(any_database, organisations, second, actor=clerk)
    with pytest.raises(NotAllowed), any_database.writing("organisations") as session:
        merging.apart(session, organisations, first, second, actor=clerk)


def test_a_survivor_that_was_merged_itself_is_parted_first(any_database, firms):
    organisations, (first, second, third) = KINDS["organisation"], firms
    merge(any_database, organisations, second, third)
    merge(any_database, organisations, first, second)
    with pytest.raises(Refused, match="itself been merged"):
        unmerge(any_database, organisations, third)
    with any_database.reading() as session:
        assert organisations.get(session, third, actor=ACTOR).id == first


@pytest.mark.parametrize(("kind", "field"), [("organisation", "registrations"), ("facility", "code")])
def test_a_number_that_somebody_else_holds_meanwhile_does_not_come_back(any_database, kind, field):
    records = KINDS[kind]
    first, second = make(any_database, records), make(any_database, records)
    number = clear(any_database, records, second)[field]
    merge(any_database, records, first, second)
    make(any_database, records, **{field: number})
    with pytest.raises(Invalid):
        unmerge(any_database, records, second)
    assert not clear_of_merger(any_database, records, second)


def test_a_number_given_to_the_survivor_by_hand_does_not_come_back_twice(any_database):
    facilities = KINDS["facility"]
    first, second = make(any_database, facilities), make(any_database, facilities)
    code = clear(any_database, facilities, second)["code"]
    merge(any_database, facilities, first, second)
    edit(any_database, facilities, first, code=code)
    with pytest.raises(Invalid):
        unmerge(any_database, facilities, second)


def test_a_number_taken_from_a_record_out_of_use_must_be_free(any_database):
    facilities = KINDS["facility"]
    first, second = make(any_database, facilities), make(any_database, facilities)
    code = clear(any_database, facilities, second)["code"]
    with any_database.writing("facilities") as session:
        facilities.retire(session, second, version=1, actor=ACTOR, reason="gone")
    make(any_database, facilities, code=code)
    with pytest.raises(Invalid):
        merge(any_database, facilities, first, second, ["code"])


def test_an_area_that_was_merged_meanwhile_comes_back_as_what_it_is_now(any_database):
    residents = KINDS["resident"]
    first = make(any_database, residents, area_id="000101001001001")
    second = make(any_database, residents, area_id="000101002001001")
    merge(any_database, residents, first, second, ["area_id"])
    with any_database.reading() as session:
        known = references.load(session).areas
    gone, other = known.find("000101001001001"), known.find("000101001001002")
    area_moves.merge(any_database, KINDS, gone.id, other.id, on=changes.now().date(), actor=ACTOR, reason="Decision 9")
    unmerge(any_database, residents, second)
    with any_database.reading() as session:
        item = residents.load(session, [first])[0]
    assert (item.values["area_id"], item.area_path) == (other.id, other.path)
    assert {row["area_path"] for row in item.values["stays"]} == {other.path}


def test_a_merged_pair_leaves_the_review_list_and_comes_back(any_database, firms):
    organisations, (first, second, _) = KINDS["organisation"], firms
    with any_database.writing("organisations") as session:
        duplicates.queue(session, organisations.kind, [(first, second)], "by hand")
    counted = []
    for step in (merge, unmerge):
        step(any_database, organisations, *((first, second) if step is merge else (second,)))
        with any_database.reading() as session:
            counted.append(duplicates.count(session, organisations, actor=ACTOR))
    assert counted == [0, 1]


def test_others_still_refer_to_a_record_by_all_its_ids(any_database, firms):
    organisations, (first, second, third) = KINDS["organisation"], firms
    merge(any_database, organisations, second, third)
    merge(any_database, organisations, first, second)
    with any_database.reading() as session:
        assert merging.with_merged(session, organisations.kind, first) == [first, second, third]


@pytest.mark.parametrize("verb", ["update", "retire", "restore"])
def test_a_merged_record_is_left_alone_because_its_survivor_answers_for_it(database, verb):
    records = KINDS["organisation"]
    survivor, other = make(database, records), make(database, records)
    merge(database, records, survivor, other)
    before = rows(database, records, [other])
    told = {"raw": {"note": "x"}} if verb == "update" else {}
    with database.writing("organisations") as session:
        version = records.load(session, [other])[0].version
        with pytest.raises(Refused, match="merged"):
            getattr(records, verb)(session, other, version=version, actor=ACTOR, reason="seen", **told)
    assert rows(database, records, [other]) == before


def test_a_record_out_of_use_is_not_taken_out_again(database):
    records = KINDS["organisation"]
    record_id = make(database, records)
    with database.writing("organisations") as session:
        gone = records.retire(session, record_id, version=1, actor=ACTOR, reason="closed")
    with pytest.raises(Refused), database.writing("organisations") as session:
        records.retire(session, record_id, version=gone.version, actor=ACTOR, reason="closed again")
    with database.reading() as session:
        assert records.load(session, [record_id])[0].retired_at == gone.retired_at
