from collections import Counter, defaultdict
from datetime import date

from registries import code_files
from registries.identifiers import check_person_number
from registries.phones import check_phone

from .conftest import TODAY

CHILDREN = {"20", "21", "22", "23", "31", "32", "33"}


def year(person):
    return int(person["birth_date"][:4])


def age(person):
    return TODAY.year - year(person)


def households(people):
    found = defaultdict(list)
    for person in people:
        found[person["household_number"]].append(person)
    return found


def test_there_are_exactly_as_many_as_asked_and_each_has_a_key(people):
    assert len(people) == 6_000
    assert len({person["key"] for person in people}) == 6_000


def test_document_numbers_are_unique_and_fit_birth_date_and_sex(people):
    numbers = [person["id_number"] for person in people if person["id_number"]]
    assert len(set(numbers)) == len(numbers)
    for person in people:
        if person["doc_type"] == "RIC":
            assert person["id_number"].startswith("000101")
            assert person["id_number"][6:14] == person["birth_date"].replace("-", "")
            assert int(person["id_number"][16]) % 2 == int(person["sex"]) % 2


def test_whoever_has_no_number_has_a_reason(people):
    for person in people:
        assert (person["id_number"] is None) == (person["no_id_reason"] is not None)
        assert (person["doc_type"] == "NONE") == (person["id_number"] is None)


def test_every_household_has_one_head_and_he_comes_first(people):
    for members in households(people).values():
        assert [member["relation_to_head"] == "02" for member in members].count(True) == 1
        assert members[0]["relation_to_head"] == "02"


def test_children_are_at_least_fifteen_years_younger_than_head_and_spouse(people):
    for members in households(people).values():
        elders = [member for member in members if member["relation_to_head"] in ("02", "11", "12")]
        for member in members:
            if member["relation_to_head"] in CHILDREN:
                assert all(year(member) - year(elder) >= 15 for elder in elders)


def test_grandchildren_and_parents_are_generations_apart(people):
    for members in households(people).values():
        for member in members:
            if member["relation_to_head"] in ("41", "42", "43", "44"):
                assert year(member) - year(members[0]) >= 33
            if member["relation_to_head"] in ("51", "52"):
                assert year(members[0]) - year(member) >= 15


def test_spouses_are_grown_up_and_of_the_other_sex(people):
    for members in households(people).values():
        for member in members:
            if member["relation_to_head"] in ("11", "12"):
                assert member["sex"] != members[0]["sex"]
                assert age(member) >= 20


def test_minors_are_single_at_school_or_home_and_have_a_grown_guardian_in_the_household(people):
    for members in households(people).values():
        grown = {member["name"] for member in members if age(member) >= 18}
        for member in members:
            if age(member) < 16:
                assert member["marital_status"] == "10"
                assert member["employer_key"] is None
                assert member["occupation"] in ("1", "2")
                assert member["guardian_name"] in grown


def test_old_people_are_flagged_as_living_alone_only_if_they_do(people):
    for members in households(people).values():
        living = [member for member in members if member["stay_status"] != "5"]
        for member in members:
            if any(group["group"] == "V01" for group in member["groups"]):
                assert len(living) == 1
                assert age(member) >= 60
    assert any(group["group"] == "V01" for person in people for group in person["groups"])


def test_every_flag_has_a_source_a_day_and_a_review_and_none_is_one_that_the_system_computes(people):
    for person in people:
        for group in person["groups"]:
            assert group["source"]
            assert group["noted_on"] <= TODAY.isoformat()
            assert group["review_on"] > group["noted_on"]
            assert group["group"] not in ("V03", "V08", "V09", "V17", "V18")


def test_population_types_agree_with_where_people_are_registered(people):
    for person in people:
        if person["population_type"] == "HJ":
            assert person["registered_division"] == "000101"
        if person["population_type"] == "LD":
            assert person["registered_division"] != "000101"
            assert person["separation_type"] == "2"
        if person["registration_match"] == "01":
            assert person["registered_address"] == person["address"]
            assert person["separation_type"] is None
        if person["population_type"] == "JW":
            assert person["doc_type"] in ("HKMOTW_RP", "FPR_2023", "PASSPORT")
    kinds = Counter(person["population_type"] for person in people)
    assert 0.10 < kinds["LD"] / len(people) < 0.30
    assert kinds["JW"] > 0


def test_events_lie_between_birth_and_today_and_are_reported_after_they_happened(people):
    kinds = Counter()
    for person in people:
        for event in person["life_events"]:
            kinds[event["kind"]] += 1
            assert person["birth_date"][:4] <= event["event_on"][:4]
            assert event["event_on"] <= event["reported_on"] <= TODAY.isoformat()
        assert ("death" in [event["kind"] for event in person["life_events"]]) == (
            person["stay_status"] == "5"
        )
    assert kinds["birth"]
    assert kinds["death"]
    assert kinds["move_in"]
    assert kinds["move_out"]
    assert kinds["transfer"]
    assert kinds["return"]


def test_whoever_died_or_left_has_an_ended_stay_and_no_room_or_job_any_more(people):
    for person in people:
        for stay in person["stays"]:
            assert stay["from_on"] <= (stay["to_on"] or TODAY.isoformat())
        if person["stay_status"] in ("4", "5"):
            assert all(stay["to_on"] for stay in person["stays"])
            assert person["dwelling_key"] is None
            assert person["links"] == []


def test_the_age_pyramid_is_that_of_an_ageing_city(people):
    ages = [age(person) for person in people]
    share = {bound: sum(old >= bound for old in ages) / len(ages) for bound in (15, 60, 80)}
    assert 0.09 < 1 - share[15] < 0.16
    assert 0.20 < share[60] < 0.32
    assert 0.015 < share[80] < 0.06
    assert max(ages) < 105
    sexes = Counter(person["sex"] for person in people)
    assert 0.93 < sexes["1"] / sexes["2"] < 1.12


def test_phones_are_unique_but_for_shared_guardians(people):
    phones = [person["phone"] for person in people if person["phone"]]
    assert len(set(phones)) == len(phones)
    assert all(phone.startswith("154") for phone in phones)


def test_names_know_generations_minorities_and_rare_characters(district):
    names = {person["name"] for person in type(district)(3, 30_000, today=date(2026, 11, 23)).residents()}
    assert any("·" in name for name in names)
    assert any(ord(char) > 0xFFFF for name in names for char in name)
    assert any(name.isascii() for name in names)


def test_the_registry_finds_no_fault_with_numbers_and_phones(people):
    for person in people:
        found = check_person_number(
            person["doc_type"],
            person["id_number"],
            sex=person["sex"],
            birth_date=person["birth_date"],
            today=TODAY,
        )
        assert (found.errors, found.warnings) == ((), ())
        for phone in (person["phone"], person["guardian_phone"], person["emergency_phone"]):
            assert phone is None or check_phone(phone).kind == "mobile"


def test_every_code_is_one_of_the_shipped_lists(people):
    known = {(entry.scheme, entry.code) for entry in code_files.read_all()}
    schemes = {
        "doc_type": "document_type", "no_id_reason": "no_id_reason", "sex": "sex", "ethnicity": "ethnicity",
        "education": "education", "marital_status": "marital_status", "occupation": "occupation",
        "population_type": "population_type", "registration_match": "registration_match",
        "separation_type": "separation_type", "stay_status": "stay_status", "registered_division": "division",
        "relation_to_head": "family_relationship", "data_source": "data_source",
    }  # fmt: skip
    for person in people:
        used = {(scheme, person[field]) for field, scheme in schemes.items() if person[field] is not None}
        used |= {("stay_kind", stay["kind"]) for stay in person["stays"]}
        used |= {("stay_certainty", stay["certainty"]) for stay in person["stays"]}
        used |= {("life_event", event["kind"]) for event in person["life_events"]}
        used |= {("vulnerable_group", group["group"]) for group in person["groups"]}
        assert used <= known
