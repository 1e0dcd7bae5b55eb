"""Questions asked of a cell."""

from __future__ import annotations

import datetime

import pytest

from registries.sheets.cells import (
    is_number_like,
    is_unreadable,
    is_year,
    lost_digits,
    tidy_text,
)
from registries.sheets.headings import complete
from registries.sheets.sources import column_letters


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("　张　三　", "张 三"),
        ("１３８００", "13800"),
        ("\ufeff编\u200b号\xa0", "编号"),
        ("ＡＢ（甲）", "AB(甲)"),
        ("公民身份\n号码", "公民身份 号码"),
        (None, ""),
        (4, "4"),
        (datetime.date(2026, 3, 5), "2026-03-05"),
        (datetime.datetime(2026, 3, 5, 8), "2026-03-05 08:00:00"),
    ],
)
def test_text_is_tidied(value, text: str):
    assert tidy_text(value) == text


@pytest.mark.parametrize("value", [2.10702199001011e17, 210702199001011234, "2.10702E+17", " 2.1e17 "])
def test_rounded_identity_numbers_are_recognised(value):
    assert lost_digits(value)


@pytest.mark.parametrize("value", [13800000000, "000101199001011234", True, None, "1E+3", 1.5])
def test_whole_numbers_have_lost_nothing(value):
    assert not lost_digits(value)


def test_unreadable_characters_are_recognised():
    assert is_unreadable("张\ufffd")
    assert not is_unreadable("张三")


def test_numbers_dates_and_codes_are_no_headings():
    assert all(
        map(
            is_number_like, [1, "1,200.5", "45%", "2026/3/5", "08:30", "aed-12345", datetime.date(2026, 3, 5)]
        )
    )
    assert not any(map(is_number_like, [None, "w300", "姓名", "COVID 19 cases", "A1"]))


def test_years_are_recognised():
    assert all(map(is_year, [2023, 2023.0, "2023年"]))
    assert not any(map(is_year, [1023, "20230101", True, None]))


def test_columns_are_lettered_as_in_a_spreadsheet():
    assert [column_letters(index) for index in (0, 25, 26, 701, 702, 16_383)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
        "XFD",
    ]


def test_names_of_columns_are_never_the_same():
    names, _ = complete(["a", "a (2)", "a", ""], 0)
    assert names == ["a", "a (2)", "a (3)", "列D"]
