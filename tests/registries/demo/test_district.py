import hashlib
import itertools
import json
import subprocess
import sys
from collections import Counter

import pytest

from registries.demo.areas import Tree
from registries.demo.district import District
from registries.demo.drawing import contains

from .conftest import TODAY

KINDS = ("areas", "places", "dwellings", "households", "residents", "organisations", "facilities")


def digest(district):
    text = "".join(
        json.dumps(record, ensure_ascii=False) for kind in KINDS for record in getattr(district, kind)()
    )
    return hashlib.sha256(text.encode()).hexdigest()


def small(seed):
    return District(seed, residents=400, organisations=60, facilities=80, today=TODAY)


def test_the_same_seed_gives_the_same_district_also_in_another_process():
    program = (
        "import sys; sys.path.insert(0, '.'); from tests.registries.demo.test_district import small, digest;"
        "print(digest(small('x')))"
    )
    command = [sys.executable, "-W", "ignore", "-c", program]
    other = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "99"})
    assert other.stdout.strip() == digest(small("x"))


def test_asking_again_begins_anew():
    district = small(1)
    assert digest(district) == digest(district)


def test_another_seed_gives_another_district():
    assert digest(small(1)) != digest(small(2))


def test_more_than_a_million_residents_are_refused():
    with pytest.raises(ValueError, match="1000000"):
        District(residents=1_000_001, today=TODAY)


def test_buildings_and_facilities_stand_inside_their_grid(district, places):
    rings = {grid.key: grid.ring for grid in district.tree.grids}
    for record in itertools.chain(places.values(), district.facilities()):
        point = (round(record["longitude"] * 1e6), round(record["latitude"] * 1e6))
        assert contains(rings[record["area_code"]], point)


def test_homes_lie_in_buildings_of_their_own_grid(district, places):
    dwellings = {dwelling["key"]: dwelling for dwelling in district.dwellings()}
    for dwelling in dwellings.values():
        assert places[dwelling["building_key"]]["area_code"] == dwelling["area_code"]
        assert 1 <= dwelling["floor"] <= places[dwelling["building_key"]]["floors_up"]
    for person in district.residents():
        if person["dwelling_key"]:
            assert dwellings[person["dwelling_key"]]["area_code"] == person["area_code"]
    addresses = Counter(dwelling["address"] for dwelling in dwellings.values())
    assert sum(count > 1 for count in addresses.values()) < len(addresses) * 0.02


def test_households_name_a_head_and_a_dwelling_that_exist(district, people):
    dwellings = {dwelling["key"] for dwelling in district.dwellings()}
    heads = {person["key"]: person for person in people}
    numbers = set()
    for household in district.households():
        assert heads[household["head_key"]]["household_number"] == household["number"]
        assert household["dwelling_key"] in dwellings
        numbers.add(household["number"])
    assert numbers == {person["household_number"] for person in people}


def test_each_grid_has_the_residents_it_was_given(district, people):
    counted = Counter(person["area_code"] for person in people)
    assert all(counted[grid.key] == grid.residents for grid in district.tree.grids)


def test_employers_are_organisations_of_the_district(district, people):
    names = {record["key"]: record["name"] for record in district.organisations()}
    employed = [person for person in people if person["employer_key"]]
    assert len(employed) > 100
    assert all(names[person["employer_key"]] == person["employer_name"] for person in employed)


def test_sheets_have_a_cell_for_every_heading_and_only_text(district):
    for kind in ("resident", "organisation", "facility"):
        headings, rows = district.sheet(kind)
        for row in itertools.islice(rows, 300):
            assert len(row) == len(headings)
            assert all(isinstance(cell, str) for cell in row)


def test_a_sheet_saved_as_csv_opens_in_office_programs(tmp_path):
    path = tmp_path / "residents.csv"
    assert small(1).write_csv("resident", path) == 400
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert len(path.read_text("utf-8-sig").splitlines()) == 401


def test_a_tiny_and_an_empty_district_can_be_made():
    assert len(list(District(1, 1, 0, 0, today=TODAY).residents())) == 1
    empty = District(1, 0, 0, 0, today=TODAY)
    assert list(empty.residents()) == []
    assert list(empty.facilities()) == []


def test_a_million_people_are_spread_over_grids_of_about_three_hundred_households():
    grids = Tree(1, 1_000_000).grids
    homes = [grid.residents / 2.4 for grid in grids if grid.street.code]
    assert 250 < sum(homes) / len(homes) < 350
