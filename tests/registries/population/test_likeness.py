"""Which residents may be one person, and which surely are two."""

from __future__ import annotations

import pytest

from registries.access import console
from registries.demo.numbers import with_id_check
from registries.population.likeness import alike_residents
from registries.population.service import residents

ACTOR = console("test")
NUMBER = with_id_check("00010119900307111")
OTHER_NUMBER = with_id_check("00010119900307113")
PERMIT = with_id_check("81000019900307999")
VAGUE = {"no_id_reason": "lost", "birth_date": "1990-03"}
PHONE = {"phone": "13800138000"}
DEMO = {"id_number": "DEMO00012"}


@pytest.mark.parametrize(("one", "other", "why"), [
    ({"id_number": NUMBER}, {"no_id_reason": "lost", "birth_date": "1990-03-07"}, {"name_birth"}),
    ({"id_number": NUMBER}, {"id_number": PERMIT}, {"name_birth"}),
    ({"id_number": NUMBER}, {"id_number": OTHER_NUMBER}, set()),
    (VAGUE, VAGUE, {"name_birth"}),
    ({"no_id_reason": "lost"}, {"no_id_reason": "lost"}, set()),
    ({"id_number": NUMBER, **PHONE}, {"id_number": OTHER_NUMBER, **PHONE}, {"name_phone"}),
    ({**DEMO, "doc_type": "PASSPORT"}, {**DEMO, "doc_type": "MIL"}, {"number"}),
    ({"id_number": NUMBER}, {"name": "张山", "no_id_reason": "lost", "birth_date": "1990-03-07"}, set()),
])  # fmt: skip
def test_residents_that_may_be_one_person_are_told_with_the_reason(any_register, one, other, why):
    with any_register.writing("population") as session:
        for values in (one, other):
            residents.create(session, {"name": "张三", **values}, actor=ACTOR, reason="test")
        assert {reason for _one, _other, reason in alike_residents(session)} == why


def test_retired_residents_are_like_nobody(register):
    with register.writing("population") as session:
        for _ in range(2):
            item = residents.create(
                session, {"name": "张三", "no_id_reason": "lost", "birth_date": "1990"}, actor=ACTOR)
        residents.retire(session, item.id, version=1, actor=ACTOR, reason="test")
        assert list(alike_residents(session)) == []
