from __future__ import annotations

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registries.identifiers import (
    check_person_number,
    guess_doc_type,
    id_check_digit,
    spoiled,
    tidy,
)

TODAY = date(2026, 11, 23)
BIRTHDAYS = st.dates(date(1900, 1, 1), TODAY)


def made(division, born, sequence):
    digits = f"{division}{born:%Y%m%d}{sequence:03}"
    return digits + id_check_digit(digits)


def problems(found):
    return [problem.msgid for problem in found.errors + found.warnings]


@pytest.mark.parametrize(
    ("number", "doc_type", "born", "sex"),
    [
        ("11010519491231002X", "RIC", date(1949, 12, 31), "2"),
        ("11010519491231002x", "RIC", date(1949, 12, 31), "2"),
        ("440524188001010014", "RIC", date(1880, 1, 1), "1"),
        ("000101199003071115", "RIC", date(1990, 3, 7), "1"),
        (" １１０１０５ 19491231 002Ｘ ", "RIC", date(1949, 12, 31), "2"),
        ("'000101199003071115", "RIC", date(1990, 3, 7), "1"),
    ],
)
def test_resident_numbers_pass_and_tell_birth_date_and_sex(number, doc_type, born, sex):
    found = check_person_number(doc_type, number, today=TODAY)
    assert (found.errors, found.birth_date, found.sex, found.doc_type) == ((), born, sex, doc_type)
    assert len(found.value) == 18


def test_the_example_with_a_wrong_check_digit_fails():
    found = check_person_number("RIC", "110105194912310021", today=TODAY)
    assert problems(found) == ["The last character does not fit the others: at least one was mistyped."]


@pytest.mark.parametrize("division", ["210711", "210702", "210726", "659999"])
@pytest.mark.parametrize("year", [1950, 1982, 1983, 2026])
def test_an_address_code_may_be_younger_than_the_person_or_unknown(division, year):
    found = check_person_number("RIC", made(division, date(year, 1, 2), 11), today=TODAY)
    assert (found.errors, found.warnings) == ((), ())


def test_an_unknown_address_code_is_a_warning_only_and_the_demo_code_none():
    for division, count in (("659999", 1), ("210711", 0), ("000101", 0)):
        number = made(division, date(1990, 1, 1), 11)
        found = check_person_number("RIC", number, known_divisions={"210711"}, today=TODAY)
        assert (found.errors, len(found.warnings)) == ((), count)


@pytest.mark.parametrize("region", ["810000", "820000", "830000"])
def test_permits_of_hong_kong_macau_and_taiwan_pass(region):
    number = made(region, date(1990, 1, 1), 998)
    found = check_person_number("HKMOTW_RP", number, today=TODAY)
    assert (found.errors, found.warnings, found.doc_type) == ((), (), "HKMOTW_RP")
    wrong_kind = check_person_number("RIC", number, today=TODAY)
    assert (wrong_kind.errors, len(wrong_kind.warnings), wrong_kind.doc_type) == ((), 1, "HKMOTW_RP")


def test_numbers_of_foreign_permanent_residents_pass():
    digits = "9" + "11" + "840" + "19900307" + "112"
    found = check_person_number("FPR_2023", digits + id_check_digit(digits), today=TODAY)
    assert (found.errors, found.warnings, found.sex, found.division) == ((), (), "2", None)
    assert not check_person_number("FPR_2017", "USA110090030711").errors


def test_a_number_of_15_digits_is_completed_with_a_warning():
    found = check_person_number("RIC", "000101900307111", today=TODAY)
    assert found.value == "000101199003071115"
    assert (found.errors, len(found.warnings)) == ((), 1)


@given(st.sampled_from(["210711", "110105", "000101", "830000"]), BIRTHDAYS, st.integers(1, 999))
def test_every_well_made_number_passes(division, born, sequence):
    doc_type = "HKMOTW_RP" if division == "830000" else "RIC"
    number = made(division, born, sequence)
    found = check_person_number(
        doc_type, number, sex="12"[1 - sequence % 2], birth_date=born.isoformat(), today=TODAY
    )
    assert (found.errors, found.warnings, found.birth_date) == ((), (), born)


@given(BIRTHDAYS, st.integers(1, 999), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_no_single_wrong_character_passes(born, sequence, position, sign):
    number = made("210711", born, sequence)
    assume(number[position] != sign)
    assert check_person_number("RIC", number[:position] + sign + number[position + 1 :], today=TODAY).errors


@given(BIRTHDAYS, st.integers(1, 999), st.integers(0, 16))
def test_no_two_neighbours_can_be_swapped(born, sequence, position):
    number = made("210711", born, sequence)
    one, other = number[position : position + 2]
    assume(one != other)
    swapped = number[:position] + other + one + number[position + 2 :]
    assert check_person_number("RIC", swapped, today=TODAY).errors


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (made("210711", date(2026, 11, 24), 11), "future"),
        ("21071120260230111" + id_check_digit("21071120260230111"), "not a day of the calendar"),
        ("2107111990010100", "18 characters"),
        ("21071119900101A01X", "17 digits"),
        ("²1071119900101001X", "17 digits"),
        ("", "missing"),
        (None, "missing"),
    ],
)
def test_what_is_wrong_is_said(number, why):
    (problem,) = check_person_number("RIC", number, today=TODAY).errors
    assert why in problem
    assert problem.remedy


@pytest.mark.parametrize(
    "cell",
    [2.10702199003071e17, 210702199003071000, "2.10702E+17", "2.10702e17", "2E+17", "210702199003071000"],
)
def test_a_number_spoiled_by_a_spreadsheet_is_told_apart(cell):
    (problem,) = check_person_number("RIC", cell, today=TODAY).errors
    assert "spreadsheet" in problem
    assert "as text" in problem.remedy


def test_a_number_of_text_cells_is_not_taken_for_spoiled():
    assert spoiled("000101199003071115") is None
    assert spoiled("E12345678") is None
    assert spoiled(12345678.0) is None


@given(BIRTHDAYS, st.integers(1, 999))
def test_no_message_repeats_the_number(born, sequence):
    number = made("210711", born, sequence)
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    found = check_person_number("RIC", wrong, sex="9", birth_date="1800", today=TODAY)
    for problem in found.errors + found.warnings:
        assert number[6:14] not in problem
        assert wrong not in problem


def test_contradictions_with_the_record_are_warnings():
    number = made("210711", date(1990, 3, 7), 111)
    found = check_person_number("RIC", number, sex="2", birth_date="1990-03-08", today=TODAY)
    assert found.errors == ()
    assert len(found.warnings) == 2
    for partial in ("1990", "1990-03", "1990-03-07", None):
        assert not check_person_number("RIC", number, sex="9", birth_date=partial, today=TODAY).warnings


def test_a_very_old_person_is_a_warning():
    assert check_person_number("RIC", made("210711", date(1880, 1, 1), 11), today=TODAY).warnings


@pytest.mark.parametrize(
    ("doc_type", "number", "value"),
    [
        ("HM_PERMIT", "H12345678", "H12345678"),
        ("HM_PERMIT", "h1234567801", "H12345678"),
        ("TW_PERMIT", "12345678", "12345678"),
        ("TW_PERMIT", 12345678.0, "12345678"),
        ("PASSPORT", "e 1234 5678", "E12345678"),
        ("BIRTH_CERT", "t000000001", "T000000001"),
        ("MIL", "军字第１２３号", "军字第123号"),
        ("NONE", None, ""),
        ("NONE", "", ""),
    ],
)
def test_other_documents_pass_in_one_form(doc_type, number, value):
    found = check_person_number(doc_type, number)
    assert (found.value, found.errors, found.doc_type) == (value, (), doc_type)


@pytest.mark.parametrize(
    ("doc_type", "number"),
    [
        ("HM_PERMIT", "12345678"),
        ("TW_PERMIT", "H12345678"),
        ("PASSPORT", "E12"),
        ("BIRTH_CERT", "123456789"),
        ("MIL", "1"),
        ("FPR_2017", "USA1100"),
        ("NONE", "210711"),
        ("XYZ", "210711"),
        ("PASSPORT", ""),
    ],
)
def test_numbers_of_the_wrong_form_fail_with_a_remedy(doc_type, number):
    (problem,) = check_person_number(doc_type, number).errors
    assert problem.remedy or "unknown" in problem


@pytest.mark.parametrize(
    ("number", "doc_type"),
    [
        ("11010519491231002X", "RIC"),
        ("110105491231002", "RIC"),
        ("810000199003071110", "HKMOTW_RP"),
        ("911840199003071125", "FPR_2023"),
        ("USA110090030711", "FPR_2017"),
        ("H12345678", "HM_PERMIT"),
        ("E12345678", None),
        ("", None),
    ],
)
def test_the_kind_of_document_shows_in_most_numbers(number, doc_type):
    assert guess_doc_type(number) == doc_type


@given(
    st.one_of(st.text(), st.integers(), st.floats(), st.none()), st.sampled_from(["RIC", "PASSPORT", "NONE"])
)
def test_nothing_breaks_the_check(raw, doc_type):
    assert check_person_number(doc_type, raw).value == check_person_number(doc_type, raw).value


@given(st.text())
def test_tidying_twice_is_tidying_once(text):
    assert tidy(tidy(text)) == tidy(text)
