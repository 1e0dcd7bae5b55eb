from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registries.demo import numbers

DAYS = st.dates(date(1920, 1, 1), date(2026, 11, 23))


def checked(number):
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(number[:17]))
    return number[17] == "10X98765432"[total % 11]


@given(st.lists(st.tuples(DAYS, st.sampled_from("12")), max_size=40))
def test_identity_numbers_are_right_and_never_given_twice(people):
    ids = numbers.IdNumbers()
    given_out = [ids.next(born, sex) for born, sex in people * 3]
    assert len(set(given_out)) == len(given_out)
    for number, (born, sex) in zip(given_out, people * 3, strict=True):
        assert checked(number)
        assert number.startswith("000101")
        assert number[6:14] == f"{born:%Y%m%d}"
        assert int(number[16]) % 2 == int(sex) % 2


def test_a_birthday_has_room_for_four_hundred_people_of_each_sex():
    ids = numbers.IdNumbers()
    assert len({ids.next(date(1990, 1, 1), "2") for _ in range(400)}) == 400


def test_a_full_birthday_is_refused_rather_than_repeated():
    ids = numbers.IdNumbers()
    for _ in range(497):
        ids.next(date(1990, 1, 1), "1")
    with pytest.raises(ValueError, match="share one birthday"):
        ids.next(date(1990, 1, 1), "1")


@given(DAYS, st.sampled_from("12"), st.sampled_from(["810000", "820000", "830000"]))
def test_permits_use_only_the_sequences_that_nobody_was_given(born, sex, region):
    given_out = set()
    for _ in range(5):
        number = numbers.permit(region, born, sex, given_out)
        assert checked(number)
        assert number[14:17] in ("996", "997", "998", "999")
        assert int(number[16]) % 2 == int(sex) % 2
        assert born - timedelta(days=3) <= date.fromisoformat(number[6:14]) <= born
        given_out.add(number)
    assert len(given_out) == 5


@given(st.sampled_from(["91", "92", "11", "55", "52"]), st.integers(0, 500_000))
def test_credit_codes_pass_both_their_check_digits(prefix, serial):
    code = numbers.credit_code(prefix, serial)
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(alphabet.index(char) * pow(3, place, 31) for place, char in enumerate(code[:17]))
    assert code[17] == alphabet[(31 - total % 31) % 31]
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    body = sum(int(char, 36) * weight for char, weight in zip(code[8:16], weights, strict=True))
    assert code[16] == "0X987654321"[body % 11]
    assert code[2:8] == "000101"


def test_credit_codes_of_fifty_thousand_firms_differ():
    assert len({numbers.credit_code("91", serial) for serial in range(50_000)}) == 50_000


def test_phones_lie_in_the_prefix_no_operator_has():
    phones = numbers.Phones()
    given_out = [phones.next() for _ in range(50_000)]
    assert len(set(given_out)) == 50_000
    assert all(phone.startswith("154") and len(phone) == 11 for phone in given_out)


def test_foreign_numbers_say_that_they_are_none():
    number = numbers.permanent_resident_id(Random(1), date(1980, 5, 6), "1", 3)
    assert checked(number)
    assert number.startswith("900")
    assert number[6:14] == "19800506"
    assert numbers.passport(12) == "DEMO00012"
    assert numbers.birth_certificate(7) == "T000000007"
