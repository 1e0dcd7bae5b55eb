"""One change of several records: with a reason, as one batch, taken back whole."""

from __future__ import annotations

import pytest


@pytest.fixture
def ids(site):
    return [str(one) for one in site.records["organisation"]]


def states(site):
    with site.system.database.reading() as session:
        items = site.system.catalogue["organisation"].load(session, site.records["organisation"])
        return [(item.values["risk_colour"], item.retired_at is not None) for item in items]


def test_a_field_is_set_in_all_chosen_records_and_taken_back(visitor, site, ids):
    clerk = visitor("clerk")
    before = states(site)
    assert clerk.post("/desk/organisation/bulk", {"record": ids, "field": "risk_colour"}).status_code == 200
    told = {"record": ids, "field": "risk_colour", "value": "红", "action": "set"}
    assert clerk.post("/desk/organisation/bulk/apply", told).status_code == 422
    done = clerk.post("/desk/organisation/bulk/apply", {**told, "reason": "专项检查"})
    assert done.status_code == 303
    assert len({state for state, _retired in states(site)} - {None}) == 1
    assert states(site) != before
    clerk.page(done.headers["Location"])
    assert clerk.post(f"{done.headers['Location']}/undo").status_code == 303
    assert states(site) == before


def test_all_are_taken_out_of_use_and_come_back(visitor, site, ids):
    clerk = visitor("clerk")
    done = clerk.post("/desk/organisation/bulk/apply", {"record": ids[:2], "action": "retire", "reason": "已搬走"})
    assert [retired for _colour, retired in states(site)] == [True, True, False]
    clerk.post(f"{done.headers['Location']}/undo")
    assert [retired for _colour, retired in states(site)] == [False, False, False]


def test_nobody_changes_what_lies_outside_his_area(visitor, site, ids):
    before = states(site)
    clerk = visitor("clerk", area="000101002")
    told = {"record": ids, "field": "risk_colour", "value": "红", "action": "set", "reason": "x"}
    assert clerk.post("/desk/organisation/bulk/apply", told).status_code == 404
    assert clerk.post("/desk/organisation/bulk", {"record": ids}).status_code == 404
    assert states(site) == before


def test_only_who_made_a_change_takes_it_back_here(visitor, ids):
    told = {"record": ids, "field": "risk_colour", "value": "红", "action": "set", "reason": "x"}
    done = visitor("clerk").post("/desk/organisation/bulk/apply", told).headers["Location"]
    other = visitor("clerk")
    assert other.get(done).status_code == 404
    assert other.post(f"{done}/undo").status_code == 404


def test_a_value_that_cannot_be_read_changes_nothing_and_is_told(visitor, site, ids):
    before = states(site)
    told = {"record": ids, "field": "risk_colour", "value": "彩虹", "action": "set", "reason": "x"}
    answer = visitor("clerk").post("/desk/organisation/bulk/apply", told, follow_redirects=True)
    assert "彩虹" in answer.get_data(as_text=True)
    assert states(site) == before


def test_without_a_choice_the_list_says_so(visitor):
    answer = visitor("clerk").post("/desk/organisation/bulk", {}, follow_redirects=True)
    assert "请先选择" in answer.get_data(as_text=True)
