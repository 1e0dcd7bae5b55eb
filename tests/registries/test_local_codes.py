from __future__ import annotations

import pytest

from registries.local_codes import check_area_code


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("210711", "210711"),
        (210711.0, "210711"),
        ("210711001", "210711001"),
        ("210711001000", "210711001"),
        ("210711000000", "210711"),
        ("210711001002", "210711001002"),
        (210711001002.0, "210711001002"),
        ("210711001002003", "210711001002003"),
        ("21071100100203", "21071100100203"),
        ("２１０７１１", "210711"),
    ],
)
def test_area_codes_have_one_form(raw, code):
    found = check_area_code(raw)
    assert (found.value, found.errors) == (code, ())


@pytest.mark.parametrize("raw", ["2107", "21071100", "21071A", "2.10711E+11", "", 2.1e15])
def test_other_area_codes_are_refused(raw):
    (problem,) = check_area_code(raw).errors
    assert problem.remedy
