"""Residents as they are written down: what is filled in, refused, doubted, sealed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from registries.access import console
from registries.masks import mask_id, mask_phone
from registries.population.models import Resident
from registries.population.service import residents
from registries.records import Doubtful, Invalid
from registries.storing import opened

ACTOR = console("test")
#: A number with the address code that was never assigned.
NUMBER = "000101199003071115"


def create(database, reason="test", **values):
    with database.writing("population") as session:
        return residents.create(session, {"name": "张三", **values}, actor=ACTOR, reason=reason)


def test_a_number_fills_in_what_nobody_told(register):
    item = create(register, id_number=NUMBER)
    values = item.values
    assert (values["doc_type"], values["sex"], values["birth_date"]) == ("RIC", "1", "1990-03-07")
    assert opened(register.keys, values["id_number"]) == NUMBER
    assert values["id_number"].item.mask(NUMBER) == mask_id(NUMBER) == "000***********15"
    assert mask_phone("13800138000") == "138****8000"
