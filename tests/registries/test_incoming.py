"""What points at a record: only what one may see, whatever else points at it."""

from __future__ import annotations

from registries import incoming
from registries.access import Actor, Grant


def test_records_of_other_areas_take_nobodys_place(any_database, catalogue, records, actor, monkeypatch):
    unit, others = records["organisation"][0], records["facility"]
    monkeypatch.setattr(incoming, "MOST", 2)
    with any_database.writing("facilities") as session:
        own = catalogue["facility"].create(session, {
            "name": "东门消火栓", "subclass": "0101", "area_id": "000101001001001", "location": "临河路9号",
            "links": [{"role": "kept_by", "target_id": str(unit)}],
        }, actor=actor, reason="test")  # fmt: skip
    clerk = Actor("clerk", (Grant("clerk", own.area_path),))
    with any_database.reading() as session:
        found = incoming.links_to(session, catalogue, "organisation", unit, actor=clerk)
        everything = incoming.links_to(session, catalogue, "organisation", unit, actor=actor)
    assert [one.id for one in found] == [own.id]
    assert len(everything) == 2
    assert {one.id for one in everything} <= {own.id, *others}
