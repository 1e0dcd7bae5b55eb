from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.local_codes import area_level, check_area_code, check_component_code, component_code


@pytest.mark.parametrize(
    ("raw", "code", "level"),
    [
        ("210711", "210711", "county"),
        (210711.0, "210711", "county"),
        ("210711001", "210711001", "street"),
        ("210711001000", "210711001", "street"),
        ("210711000000", "210711", "county"),
        ("210711001002", "210711001002", "community"),
        (210711001002.0, "210711001002", "community"),
        ("210711001002003", "210711001002003", "grid"),
        ("21071100100203", "21071100100203", "grid"),
        ("２１０７１１", "210711", "county"),
    ],
)
def test_area_codes_have_one_form_and_a_level(raw, code, level):
    found = check_area_code(raw)
    assert (found.value, found.errors, area_level(found.value)) == (code, (), level)


@pytest.mark.parametrize("raw", ["2107", "21071100", "21071A", "2.10711E+11", "", 2.1e15])
def test_other_area_codes_are_refused(raw):
    (problem,) = check_area_code(raw).errors
    assert problem.remedy


@given(st.integers(100_000, 999_999), st.integers(0, 9_999), st.integers(1, 999_999))
def test_a_component_code_is_put_together_and_taken_apart(county, subclass, serial):
    code = component_code(str(county), f"{subclass:04}", serial)
    found = check_component_code(code)
    assert (found.value, found.errors) == (code, ())
    assert (found.division, found.subclass, found.serial) == (str(county), f"{subclass:04}", serial)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("320508010100000", "16 digits"),
        ("32050801010000A1", "16 digits"),
        ("3205080101000000", "begins with 1"),
        ("3205089901000001", "9901"),
        (3205080101000001.0, "spreadsheet"),
        ("3.20508E+15", "spreadsheet"),
    ],
)
def test_what_is_wrong_with_a_component_code_is_said(raw, why):
    (problem,) = check_component_code(raw, known_subclasses={"0101"}).errors
    assert why in problem
    assert problem.remedy


def test_the_sample_code_passes():
    assert not check_component_code("3205080101000001", known_subclasses={"0101"}).errors
