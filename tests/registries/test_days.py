from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from registries.days import age, earliest, guess_roc, latest, middle, parse_day, parse_partial_day
from registries.messages import Problem

DAY = date(2026, 3, 5)
DAYS = st.dates(date(1912, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    "written",
    [
        DAY,
        datetime(2026, 3, 5, 12, 30),
        46086,
        46086.0,
        46086.75,
        "46086",
        "46086.75",
        20260305,
        20260305.0,
        "20260305",
        "2026-03-05",
        "2026-3-5",
        "2026.3.5",
        "2026.03.05",
        "2026/3/5",
        "2026年3月5日",
        "2026年03月05号",
        "2026 年 3 月 5 日",
        "２０２６．３．５",
        " 2026-03-05 ",
        "2026-03-05 00:00:00",
        "2026-03-05T10:20:30+08:00",
        "2026/3/5 9:05",
        "2026年3月5日 10时",
        "公元2026年3月5日",
        "民國115/03/05",
        "民国115年3月5日",
        "115/03/05",
        "115.3.5",
        "民國1150305",
    ],
)
def test_a_day_is_read_however_it_is_written(written):
    assert parse_day(written) == DAY
    assert parse_partial_day(written) == "2026-03-05"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1130102", date(2024, 1, 2)),
        ("0991006", date(2010, 10, 6)),
        (991006, date(2010, 10, 6)),
        ("370314", date(1948, 3, 14)),
        ("37/3/14", date(1948, 3, 14)),
        ("37.03.14", date(1948, 3, 14)),
        ("2026-03-05", DAY),
        (46086, DAY),
        ("民國元年1月1日", date(1912, 1, 1)),
    ],
)
def test_years_of_the_republic_are_read_when_asked_for(written, meant):
    assert parse_day(written, roc=True) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1950", "1950"),
        (1950, "1950"),
        (1950.0, "1950"),
        ("1950年", "1950"),
        ("1950-00-00", "1950"),
        ("19500000", "1950"),
        ("1950-03", "1950-03"),
        ("1950.3", "1950-03"),
        ("1950年3月", "1950-03"),
        ("195003", "1950-03"),
        ("19500300", "1950-03"),
        ("1950-3-0", "1950-03"),
        ("民國39年", "1950"),
        ("民國39年3月", "1950-03"),
    ],
)
def test_what_is_known_of_a_day_is_kept_and_no_more(written, meant):
    assert parse_partial_day(written) == meant
    with pytest.raises(ValidationError, match="day is missing"):
        parse_day(written)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("2026-02-30", "not a day of the calendar"),
        ("2026-13-01", "not a day of the calendar"),
        ("20260230", "not a day of the calendar"),
        ("1900-02-29", "not a day of the calendar"),
        ("26-03-05", "two digits"),
        ("85.3.5", "two digits"),
        ("5/3/26", "two digits"),
        ("5/3/2026", "not certain"),
        ("31.12.2026", "not certain"),
        ("1130102", "not a date of eight digits"),
        ("370314", "not a date of eight digits"),
        ("0026-03-05", "year"),
        ("2026-00-05", "no month"),
        (2026.1, "number"),
        (12, "two digits"),
        (2_100_000_000_000, "not a date"),
        (True, "not a date"),
        (None, "not a date"),
        ("", "not a date"),
        ("昨天", "not a date"),
        ("²026-03-05", "not a date"),
        ("2026-03-05-07", "not a date"),
    ],
)
def test_what_is_not_certain_is_refused_with_the_reason(written, why):
    for read in (parse_day, parse_partial_day):
        with pytest.raises(ValidationError, match=why) as refused:
            read(written)
        (problem,) = refused.value.messages
        assert isinstance(problem, Problem)
        assert problem.remedy


@given(
    DAYS, st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%Y-%m-%d %H:%M:%S"])
)
def test_every_day_survives_writing_and_reading(day, form):
    assert parse_day(day.strftime(form)) == day
    assert earliest(parse_partial_day(day)) == latest(parse_partial_day(day)) == day


@given(DAYS)
def test_every_year_of_the_republic_survives_writing_and_reading(day):
    year = day.year - 1911
    assert parse_day(f"{year:03}{day:%m%d}", roc=True) == day
    assert parse_day(f"民國{year}年{day.month}月{day.day}日") == day


@given(st.integers(20_000, 80_000))
def test_every_serial_survives(serial):
    assert parse_day(serial) == date(1899, 12, 30) + timedelta(serial)


@given(st.one_of(st.text(), st.text("0123456789-./年月日 民國"), st.integers(), st.floats()))
def test_nothing_breaks_the_reading(value):
    for roc in (False, True):
        try:
            partial = parse_partial_day(value, roc)
        except ValidationError:
            continue
        assert earliest(partial) <= middle(partial) <= latest(partial)


@pytest.mark.parametrize(
    ("column", "roc"),
    [
        (["1130102", "370314", "", None], True),
        ([1130102, 370314, 991006.0], True),
        (["115/05/01", "114/12/31"], True),
        (["民國115年5月1日"], True),
        (["1130102"] * 50 + ["2024-01-02"], True),
        (["2026-03-05", "2026.3.5"], False),
        (["20260305", "19991231"], False),
        ([46086, 46087], False),
        (["1130102"] + ["2024-01-02"] * 5, False),
        (["200101", "190512"], False),
        ([DAY], False),
        ([], False),
        (["昨天"], False),
    ],
)
def test_a_column_shows_its_calendar(column, roc):
    assert guess_roc(column) is roc


def test_a_partial_day_has_bounds_and_a_middle():
    assert (earliest("1950"), middle("1950"), latest("1950")) == (
        date(1950, 1, 1),
        date(1950, 7, 2),
        date(1950, 12, 31),
    )
    assert (earliest("2024-02"), middle("2024-02"), latest("2024-02")) == (
        date(2024, 2, 1),
        date(2024, 2, 15),
        date(2024, 2, 29),
    )


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        ("2000-03-05", date(2026, 3, 4), 25),
        ("2000-03-05", date(2026, 3, 5), 26),
        ("2000-02-29", date(2001, 2, 28), 0),
        ("2000-02-29", date(2001, 3, 1), 1),
        ("1950", date(2026, 7, 1), 75),
        ("1950", date(2026, 7, 2), 76),
        ("2026-03-05", date(2026, 3, 5), 0),
        ("2026-03-05", date(2026, 3, 4), -1),
    ],
)
def test_age_is_counted_in_whole_years(born, on, years):
    assert age(born, on) == years
