"""No number of a person reaches readers, in whatever field and kind of text it stands."""

from __future__ import annotations

import pytest

from portal.news.steps import check_of
from registries import publishing
from registries.messages import Refused
from tests.portal.public.publishing import AUTHOR, write

PHONE, CARD = "13800138000", "11010519491231002X"


def measure(**texts):
    return {"measures": [{"kind": "education", "text": "讲座", **texts}]}


@pytest.mark.parametrize("values", [
    *({name: f"联系人{PHONE}"} for name in (
        "title", "title_en", "summary", "summary_en", "problem", "goal", "evaluation", "target_group",
        "target_group_en", "place", "lead_unit", "partner_units",
    )),
    {"problem": f"居民{CARD}"}, measure(text=f"请拨打{PHONE}"), measure(text_en=f"Call {PHONE}"), measure(who=PHONE),
])
def test_a_project_with_the_number_of_a_person_is_not_handed_in(site, values):
    assert refused(site, "project", values)


@pytest.mark.parametrize(("kind", "name"), [
    ("news", "origin"), ("news", "unit"), ("notice", "issuer"), ("notice", "document_number"), ("page", "unit"),
])
def test_an_article_with_a_mobile_number_in_its_facts_is_not_handed_in(site, kind, name):
    assert refused(site, kind, {name: f"办公室{PHONE}"})


def test_a_number_that_only_looks_like_one_of_a_card_is_pointed_at(site):
    record_id = write(site, "news", body=f"<p>编号{CARD[:-1]}1</p>")
    with site.system.database.reading() as session:
        item = site.system.catalogue["news"].load(session, [record_id])[0]
        assert [one.serious for one in check_of("news")(session, item)] == [False]


@pytest.mark.parametrize("kind", ["news", "project"])
def test_a_text_with_the_number_of_a_card_is_not_handed_in(site, kind):
    assert refused(site, kind, {"summary": f"居民{CARD}"})


def refused(site, kind, values):
    """Whether a text is refused because of a number that stands in it."""
    record_id, records = write(site, kind, **values), site.system.catalogue[kind]
    with site.system.database.writing("network") as session, pytest.raises(Refused) as told:
        publishing.submit(session, records, record_id, check_of(kind), version=1, actor=AUTHOR)
    return "number stands in the text" in told.value.problem.msgid
