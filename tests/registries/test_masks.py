from __future__ import annotations

import pytest

from registries.masks import mask_id, mask_phone


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("21070219900307111X", "210***********1X"),
        ("000101199003071115", "000***********15"),
        ("E12345678", "E12***********78"),
        ("1234567", "***********"),
        ("", "***********"),
    ],
)
def test_an_identity_number_shows_three_and_two_signs(number, shown):
    assert mask_id(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [("13800138000", "138****8000"), ("0416-3880000", "041****0000"), ("3880000", "****00"), ("110", "****")],
)
def test_a_phone_number_shows_three_and_four_digits(number, shown):
    assert mask_phone(number) == shown
