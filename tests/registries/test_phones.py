from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.phones import check_phone


@pytest.mark.parametrize(
    ("raw", "value", "kind"),
    [
        ("13800138000", "13800138000", "mobile"),
        (13800138000, "13800138000", "mobile"),
        (13800138000.0, "13800138000", "mobile"),
        ("1.3800138E+10", "13800138000", "mobile"),
        ("+8613800138000", "13800138000", "mobile"),
        ("+86 138-0013-8000", "13800138000", "mobile"),
        ("0086 13800138000", "13800138000", "mobile"),
        ("8613800138000", "13800138000", "mobile"),
        ("138 0013 8000", "13800138000", "mobile"),
        ("１３８００１３８０００", "13800138000", "mobile"),
        ("手机：13800138000", "13800138000", "mobile"),
        ("0416-3880000", "0416-3880000", "landline"),
        ("04163880000", "0416-3880000", "landline"),
        ("(0416)3880000", "0416-3880000", "landline"),
        ("（0416）388 0000", "0416-3880000", "landline"),
        ("+86 416 3880000", "0416-3880000", "landline"),
        ("+86-10-62345678", "010-62345678", "landline"),
        ("010-62345678", "010-62345678", "landline"),
        ("0416-3880000-801", "0416-3880000-801", "landline"),
        ("0416-3880000转801", "0416-3880000-801", "landline"),
        ("0416-3880000 分机 801", "0416-3880000-801", "landline"),
        ("0416-3880000 ext.801", "0416-3880000-801", "landline"),
        ("400-123-4567", "4001234567", "service"),
        ("12345", "12345", "service"),
        ("95588", "95588", "service"),
        ("110", "110", "service"),
        ("0912-345-678", "0912345678", "mobile"),
        ("+886 912 345 678", "0912345678", "mobile"),
        ("02-2766-9212", "02-27669212", "landline"),
        ("(02)2766-9212", "02-27669212", "landline"),
        ("+886-2-2766-9212", "02-27669212", "landline"),
        ("02-27669212轉31", "02-27669212-31", "landline"),
        ("02-27669212轉分機31", "02-27669212-31", "landline"),
        ("02-27669212--31", "02-27669212-31", "landline"),
        ("0755-8380 0000", "0755-83800000", "landline"),
        ("03-1234567", "03-1234567", "landline"),
        ("+1 (555) 010-9999", "+15550109999", "foreign"),
        ("+852 2123 4567", "+85221234567", "foreign"),
        ("0085221234567", "+85221234567", "foreign"),
    ],
)
def test_a_number_has_one_form_however_it_is_written(raw, value, kind):
    found = check_phone(raw)
    assert (found.value, found.kind, found.errors, found.warnings) == (value, kind, (), ())
    assert check_phone(found.value) == found


@pytest.mark.parametrize(
    ("raw", "value", "why"),
    [
        ("3880000", "3880000", "area code"),
        ("2362-6461", "23626461", "area code"),
        ("27669212轉31", "27669212-31", "area code"),
        (4163880000.0, "0416-3880000", "zero"),
        ("223456789", "02-23456789", "zero"),
        ("13800138000/0416-3880000", "13800138000", "several"),
        ("13800138000、13900139000", "13800138000", "several"),
        ("13800138000 13900139000", "13800138000", "several"),
        ("2741-0076 2741-0115", "27410076", "several"),
        ("2740-6110.2740-6113", "27406110", "several"),
        ("02-2766-9212 或 0912345678", "02-27669212", "several"),
    ],
)
def test_what_had_to_be_guessed_is_a_warning(raw, value, why):
    found = check_phone(raw)
    assert (found.value, found.errors) == (value, ())
    assert any(why in warning for warning in found.warnings)


def test_of_several_numbers_in_a_cell_the_first_is_taken_with_a_warning():
    found = check_phone("13800138000/0416-3880000")
    assert (found.value, found.errors, len(found.warnings)) == ("13800138000", (), 1)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        None,
        "[手機已刪]",
        "1.38E+10",
        "2.7E+15",
        2.7e15,
        "138001380001",
        "12800138000x",
        "+12",
        True,
        -1,
        "abc",
    ],
)
def test_what_is_no_number_is_refused_with_a_remedy(raw):
    (problem,) = check_phone(raw).errors
    assert problem.remedy


def test_messages_do_not_repeat_the_number():
    assert "139001390011" not in check_phone("139001390011").errors[0]


@given(st.one_of(st.text(), st.text("0123456789-+()转 /、"), st.integers(), st.floats()))
def test_nothing_breaks_the_check_and_its_form_is_stable(raw):
    found = check_phone(raw)
    if not found.errors:
        assert check_phone(found.value).value == found.value
