"""The population on a day by area, sex and age band: exact, whatever people did before."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registries import days
from registries import references as known
from registries.access import Actor, Grant, NotAllowed, console
from registries.db import new_id
from registries.population.census import USUAL, Cell, bands_of, population_on
from registries.population.denominators import Figure, publish
from registries.population.service import residents
from registries.records import New

ACTOR = console("test")
GRIDS = ("001001001", "001001002", "001002001", "002001001", "002002002")
FIRST = date(1980, 1, 1)

some_day = st.integers(0, 16_000).map(lambda number: FIRST + timedelta(days=number))
births = st.one_of(
    st.none(), some_day.map(lambda day: day.isoformat()), some_day.map(lambda day: day.isoformat()[:4])
)
kinds = st.sampled_from(["usual", "institution", "temporary", "away"])
stays = st.lists(
    st.tuples(some_day, st.integers(1, 3000), st.sampled_from(GRIDS), kinds, st.booleans()),
    min_size=1,
    max_size=3,
)
people = st.lists(st.tuples(st.sampled_from(["1", "2", None]), births, stays), max_size=12)


def areas_of(session):
    return known.load(session).areas


def told(session, drawn):
    """Stays that follow each other without overlap, the last perhaps still open."""
    rows, day = [], date.min
    for start, length, grid, kind, vague in drawn:
        begins = max(start, day)
        day = begins + timedelta(days=length)
        rows.append({
            "kind": kind, "area_id": areas_of(session).find(f"000101{grid}").id, "from_on": begins,
            "to_on": day,
            "certainty": "unknown" if vague else "exact",
        })  # fmt: skip
    if drawn[-1][1] % 2:
        rows[-1]["to_on"] = None
    return rows


def write(database, drawn):
    with database.writing("population") as session:
        news = [
            New(new_id(), {"name": "某", "sex": sex, "birth_date": born, "stays": told(session, rows),
                           "area_id": areas_of(session).root().id})
            for sex, born, rows in drawn
        ]  # fmt: skip
        if news:
            residents.insert_many(session, news, actor=ACTOR)
        return [new.values for new in news]


def counted_by_hand(session, records, on):
    """The same question, person by person."""
    bands = bands_of(known.load(session).codes("age_group_injury"))
    areas = areas_of(session)
    found: Counter[Cell] = Counter()
    for values in records:
        born = values.get("birth_date")
        for position, stay in enumerate(values["stays"]):
            vague = position == 0 and stay["certainty"] == "unknown"
            start = (
                min(days.middle(born) if born else date.min, stay["from_on"]) if vague else stay["from_on"]
            )
            if stay["kind"] not in USUAL or not (
                start <= on and (stay["to_on"] is None or on < stay["to_on"])
            ):
                continue
            age = max(days.age(born, on), 0) if born else None
            band = (
                ""
                if age is None
                else next(
                    band.code
                    for band in bands
                    if band.least <= age and (band.beyond is None or age < band.beyond)
                )
            )
            community = areas.ancestor(areas.get(stay["area_id"]).path, "community").id
            found[Cell(community, values.get("sex") or "", band)] += 1
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=people, asked=st.lists(some_day, min_size=1, max_size=4))
def test_the_count_is_the_one_made_by_hand(any_register, drawn, asked):
    with any_register.writing("population") as session:
        for model in ("resident_stay", "resident"):
            session.connection().exec_driver_sql(f"DELETE FROM population.{model}")
    records = write(any_register, drawn)
    with any_register.reading() as session:
        for on in asked:
            census = population_on(session, on)
            expected = counted_by_hand(session, records, on)
            assert census.counts == expected
            assert census.total == expected.total()


def resident(database, grid="001001001", as_of=date(2025, 6, 1), **values):
    with database.writing("population") as session:
        area_id = areas_of(session).find(f"000101{grid}").id
        news = [New(new_id(), {"name": "某", "sex": "1", "birth_date": "1990", "area_id": area_id, **values})]
        residents.insert_many(session, news, actor=ACTOR, as_of=as_of)


def test_somebody_without_a_date_counts_from_birth_and_is_told_as_uncertain(register):
    resident(register)
    resident(register, moved_in_on="2020-01-01")
    with register.reading() as session:
        before, between, after = (population_on(session, date(year, 1, 1)) for year in (1985, 2000, 2026))
    assert [census.total for census in (before, between, after)] == [0, 1, 2]
    assert (between.uncertain, after.uncertain) == (1, 1)


def test_a_leap_day_makes_a_birthday_on_the_first_of_march(register):
    resident(register, birth_date="2004-02-29", moved_in_on="2004-02-29")
    with register.reading() as session:
        bands = {
            on: next(iter(population_on(session, on).counts)).band
            for on in (date(2005, 2, 28), date(2005, 3, 1))
        }
    assert list(bands.values()) == ["0", "1-4"]


def test_whoever_is_known_only_by_the_street_counts_there(register):
    resident(register, grid="001")
    with register.reading() as session:
        street = areas_of(session).find("000101001").id
        assert population_on(session, date(2026, 1, 1)).count(street) == 1
        assert population_on(session, date(2026, 1, 1), level="street").count(street) == 1
        assert (
            population_on(session, date(2026, 1, 1), level="district").count(areas_of(session).root().id) == 1
        )


def test_an_actor_counts_only_where_they_may_read(register):
    resident(register)
    resident(register, grid="002001001")
    with register.reading() as session:
        street = areas_of(session).find("000101001")
        other = areas_of(session).find("000101002")
        clerk = Actor("clerk", (Grant("clerk", street.path),))
        assert population_on(session, date(2026, 1, 1), actor=clerk).total == 1
        assert population_on(session, date(2026, 1, 1), actor=clerk, paths=[other.path]).total == 0
        assert (
            population_on(session, date(2026, 1, 1), actor=clerk, paths=[areas_of(session).root().path]).total
            == 1
        )
        with pytest.raises(NotAllowed):
            population_on(session, date(2026, 1, 1), actor=Actor("leader", (Grant("leader", street.path),)))


def test_a_published_figure_is_written_once_and_anew_where_it_changed(register):
    with register.writing("population") as session:
        community = areas_of(session).find("000101001001").id
        figures = [Figure(community, 2025, 10.2, "统计年鉴"), Figure(community, 2025, 9.0, "普查")]
        assert publish(session, figures, actor=ACTOR) == 2
        assert publish(session, figures, actor=ACTOR) == 0
        assert publish(session, [Figure(community, 2025, 11.0, "统计年鉴")], actor=ACTOR) == 1
