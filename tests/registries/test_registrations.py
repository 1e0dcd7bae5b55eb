from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registries.registrations import (
    check_credit_code,
    check_licence_number,
    check_organisation_code,
    check_unified_number,
    credit_check,
    licence_check,
    organisation_check,
    repair_unified_number,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PREFIXES = st.sampled_from(["11", "51", "91", "92", "93", "A1", "N2", "Y1"])
BODIES = st.text(alphabet=ALPHABET, min_size=8, max_size=8)


def made(prefix, division, body):
    code = f"{prefix}{division:06}{body}{organisation_check(body)}"
    return code + credit_check(code)


@pytest.mark.parametrize(
    "code", ["91350100M000100Y43", "91110000600037341L", "N2210702MF1234567T", "A1110000600037341K"]
)
def test_known_credit_codes_pass(code):
    assert check_credit_code(code).errors == check_credit_code(code).warnings == ()
    assert check_credit_code(f" {code[:8].lower()} {code[8:].lower()} ").value == code


@given(PREFIXES, st.integers(0, 999_999), BODIES)
def test_every_well_made_credit_code_passes(prefix, division, body):
    assert not check_credit_code(made(prefix, division, body)).errors


@given(PREFIXES, st.integers(0, 999_999), BODIES, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_no_single_wrong_character_of_a_credit_code_passes(prefix, division, body, position, sign):
    code = made(prefix, division, body)
    assume(code[position] != sign)
    assert check_credit_code(code[:position] + sign + code[position + 1 :]).errors


def test_the_organisation_code_inside_has_its_own_check():
    wrong = "91110000600037342"
    (problem,) = check_credit_code(wrong + credit_check(wrong)).errors
    assert "17th" in problem


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("9111000060003734", "18 characters"),
        ("9111000O600037341L", "I, O, S, V and Z"),
        ("91A10000600037341L", "letters or signs"),
        ("91110000600037341M", "mistyped"),
        (9.11100006000373e17, "spreadsheet"),
        ("9.1111E+17", "spreadsheet"),
    ],
)
def test_what_is_wrong_with_a_credit_code_is_said(code, why):
    (problem,) = check_credit_code(code).errors
    assert why in problem
    assert problem.remedy


def test_unknown_authorities_and_divisions_are_warnings():
    assert check_credit_code(made("C1", 210_711, "60003734")).warnings
    found = check_credit_code(made("91", 659_999, "60003734"), known_divisions={"210711"})
    assert (found.errors, len(found.warnings)) == ((), 1)
    for division in (100_000, 101, 210_711):
        code = made("91", division, "60003734")
        assert not check_credit_code(code, known_divisions={"210711"}).warnings


@given(st.integers(0, 10**14 - 1), st.integers(0, 14), st.sampled_from("0123456789"))
def test_an_old_licence_number_detects_a_wrong_digit(number, position, digit):
    code = f"{number:014}"
    code += licence_check(code)
    assert not check_licence_number(code).errors
    assume(code[position] != digit)
    assert check_licence_number(code[:position] + digit + code[position + 1 :]).errors


@pytest.mark.parametrize(
    ("number", "good"), [("110108000000016", True), ("2107001234567", True), ("12", False)]
)
def test_old_licence_numbers_have_15_or_13_digits(number, good):
    assert (not check_licence_number(number).errors) is good


@pytest.mark.parametrize("code", ["60003734-1", "600037341", "M000100Y4", "D2143569-X"])
def test_organisation_codes_pass_with_and_without_hyphen(code):
    found = check_organisation_code(code)
    assert (found.errors, found.value) == ((), code.replace("-", ""))


@given(BODIES, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_an_organisation_code_detects_a_wrong_digit(body, position, sign):
    code = body + organisation_check(body)
    assert not check_organisation_code(code).errors
    changed = body[:position] + sign + body[position + 1 :]
    # Values from 0 to 34 are summed modulo 11, so that two signs eleven apart cannot be told apart.
    assume(organisation_check(changed) != code[8])
    assert check_organisation_code(changed + code[8]).errors


@pytest.mark.parametrize(
    "number", ["04595257", "10458575", "46284599", "28715870", "53134751", "27863140", "10458570"]
)
def test_unified_numbers_are_checked(number):
    weights = (1, 2, 1, 2, 1, 2, 4, 1)
    total = sum(sum(divmod(int(digit) * weight, 10)) for digit, weight in zip(number, weights, strict=True))
    fits = total % 5 == 0 or (number[6] == "7" and (total + 1) % 5 == 0)
    found = check_unified_number(number)
    assert (found.errors, not found.warnings) == ((), fits)


def test_marks_that_a_register_set_behind_a_unified_number_go():
    assert check_unified_number("04595257 ** ").value == "04595257"
    assert check_unified_number("04595257#").value == "04595257"


def test_zeros_that_a_spreadsheet_dropped_are_put_back_with_a_warning():
    for raw in ("92953", 92953, 92953.0):
        found = repair_unified_number(raw)
        assert (found.value, found.errors, len(found.warnings)) == ("00092953", (), 1)
        assert check_unified_number(raw).errors
    assert repair_unified_number("04595257").warnings == ()
    assert repair_unified_number("12").errors


@given(st.one_of(st.text(), st.integers(), st.floats()))
def test_nothing_breaks_a_check(raw):
    for check in (check_credit_code, check_licence_number, check_organisation_code, repair_unified_number):
        assert isinstance(check(raw).value, str)
