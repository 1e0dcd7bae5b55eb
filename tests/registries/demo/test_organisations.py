from collections import Counter

from registries import code_files
from registries.registrations import check_credit_code, check_licence_number

from .conftest import TODAY

KNOWN = {(entry.scheme, entry.code) for entry in code_files.read_all()}


def used_codes(record, schemes):
    """The codes of a record, several in one field taken apart."""
    for field, scheme in schemes.items():
        value = record[field]
        for code in value if isinstance(value, list) else [value]:
            if code is not None:
                yield scheme, code


def test_the_registry_finds_no_fault_with_registrations(district):
    checks = {"uscc": check_credit_code, "licence_no": check_licence_number}
    for record in district.organisations():
        for entry in record["registrations"]:
            found = checks[entry["scheme"]](entry["number"])
            assert (found.value, found.errors, found.warnings) == (entry["number"], (), ())


def test_codes_of_organisations_places_and_facilities_are_in_the_shipped_lists(district, places):
    organisation = {
        "org_type": "org_type", "industry": "industry", "operating_status": "operating_status",
        "key_unit_kinds": "key_unit", "small_venue": "small_venue", "fire_level": "fire_level",
        "gas_kind": "gas_kind", "datum": "datum",
        "standardisation_level": "standardisation_level", "risk_colour": "risk_colour",
    }  # fmt: skip
    parts = {
        "licences": {"kind": "licence"}, "special_equipment": {"kind": "special_equipment"},
        "hazardous_chemicals": {"major_hazard_grade": "hazard_source_grade"}, "links": {"role": "link_role"},
        "responsibility_letters": {"kind": "letter_kind"}, "registrations": {"scheme": "registration_scheme"},
    }  # fmt: skip
    for record in district.organisations():
        assert set(used_codes(record, organisation)) <= KNOWN
        for part, schemes in parts.items():
            assert all(set(used_codes(row, schemes)) <= KNOWN for row in record[part])
    place = {
        "kind": "place_kind",
        "structure": "building_structure",
        "danger_grade": "danger_grade",
        "datum": "datum",
    }
    assert all(set(used_codes(record, place)) <= KNOWN for record in places.values())
    facility = {"subclass": "facility_subclass", "state": "facility_state", "risk_colour": "risk_colour"}
    assert all(set(used_codes(record, facility)) <= KNOWN for record in district.facilities())


def test_dwellings_use_the_shipped_codes_too(district):
    schemes = {"use": "dwelling_use", "tenure": "tenure", "gas_kind": "gas_kind"}
    assert all(set(used_codes(record, schemes)) <= KNOWN for record in district.dwellings())


def test_small_venues_are_below_the_size_of_their_kind(district):
    most = {"N1": 300, "N4": 200, "N5": 200, "N9": 100}
    for record in district.organisations():
        assert record["floor_area_m2"] < most.get(record["small_venue"], 10**6)


def test_organisations_are_as_many_as_asked_with_unique_names_and_codes(district):
    records = list(district.organisations())
    assert len(records) == 500
    assert len({record["name"] for record in records}) == 500
    codes = [entry["number"] for record in records for entry in record["registrations"]]
    assert len(set(codes)) == len(codes)


def test_every_community_has_its_residents_committee(district, areas):
    homes = {record["area_code"][:12] for record in district.organisations() if record["org_type"] == "09"}
    assert homes == {area["key"] for area in areas.values() if area["kind"] == "community"}


def test_organisations_occupy_a_building_of_their_grid_since_they_opened(district, places):
    for record in district.organisations():
        place = places[record["links"][0]["target_key"]]
        assert place["area_code"] == record["area_code"]
        assert (place["longitude"], place["latitude"]) == (record["longitude"], record["latitude"])
        assert record["links"][0]["since"] == record["opened_on"]


def test_sites_and_stalls_have_no_credit_code_and_all_others_have_one(district):
    for record in district.organisations():
        assert bool(record["registrations"]) == (record["org_type"] not in ("15", "16", "17"))


def test_branches_and_successors_point_at_other_organisations(district):
    records = {record["key"]: record for record in district.organisations()}
    branches = [record for record in records.values() if record["parent_key"]]
    assert branches
    for record in branches:
        parent = records[record["parent_key"]]
        assert parent is not record
        assert parent["parent_key"] is None
        assert record["name"].startswith(parent["name"])


def test_dates_run_forwards(district):
    today = TODAY.isoformat()
    for record in district.organisations():
        assert record["opened_on"] <= record["last_inspected_on"] <= today
        assert record["closed_on"] is None or record["opened_on"] <= record["closed_on"] <= today
        for licence in record["licences"]:
            assert licence["valid_to"] is None or licence["valid_from"] < licence["valid_to"]


def test_some_inspections_and_licences_are_overdue_but_few(district):
    today = TODAY.isoformat()
    due = [
        record["next_inspection_on"] for record in district.organisations() if record["next_inspection_on"]
    ]
    assert 0.01 < sum(day < today for day in due) / len(due) < 0.3
    ends = [
        part["valid_to"]
        for record in district.organisations()
        for part in record["licences"]
        if part["valid_to"]
    ]
    assert 0 < sum(day < today for day in ends) / len(ends) < 0.15


def test_dangerous_trades_are_few_and_red(district):
    colours = Counter(record["risk_colour"] for record in district.organisations())
    assert colours["4"] > colours["2"] > colours["1"] > 0


def test_facilities_have_codes_of_sixteen_digits_counted_per_subclass(district):
    records = list(district.facilities())
    assert len(records) == 1_200
    assert len({record["code"] for record in records}) == 1_200
    for subclass, count in Counter(record["subclass"] for record in records).items():
        serials = [int(record["code"][10:]) for record in records if record["subclass"] == subclass]
        assert serials == list(range(1, count + 1))
        assert all(r["code"].startswith(f"000101{subclass}") for r in records if r["subclass"] == subclass)


def test_facilities_of_a_subclass_stand_apart(district):
    points = [(r["subclass"], r["longitude"], r["latitude"]) for r in district.facilities()]
    assert len(set(points)) == len(points)


def test_keepers_of_facilities_are_organisations_that_existed_by_then(district):
    records = {record["key"]: record for record in district.organisations()}
    linked = [(facility, link) for facility in district.facilities() for link in facility["links"]]
    assert linked
    for facility, link in linked:
        keeper = records[link["target_key"]]
        assert link["since"] >= keeper["opened_on"]
        assert link["since"] >= facility["installed_on"]
        assert keeper["area_code"][:12] == facility["area_code"][:12]


def test_facilities_are_checked_after_they_were_installed(district):
    for record in district.facilities():
        assert record["made_on"] < record["installed_on"] <= record["last_checked_on"] <= TODAY.isoformat()
