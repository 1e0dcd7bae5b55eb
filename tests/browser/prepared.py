"""Work under way in the served district, so that every page that shows a piece of work can be opened by address.

Everything is done through the pages themselves, by one account of each role; what was made is named here as
`tests.browser.addresses` names it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from uuid import UUID

import sqlalchemy as sa

from portal.media.models import Media
from portal.news import checks
from portal.news.steps import check_of
from portal.system import System
from registries import access, code_lists, publishing, references
from registries.records import Records
from tests.portal.test_import_pages import BAD, GOOD, chosen, send
from tests.portal.working import jobs_of, run_all
from tests.site import Visitor

AREAS = "code,kind,name_zh,name_en,parent_code\n000101099,street,新城街道,Xincheng Street,000101\n"
SOURCE = "工商所"
#: What readers need of an article, whatever its kind.
ARTICLE = {
    "title": "入冬用火用电安全", "title_en": "Fire and power in winter", "body": "<p>请检查取暖设备。</p>",
    "body_en": "<p>Please check your heaters.</p>", "summary": "取暖季前的检查", "origin": "区安全社区办公室",
    "unit": "安全社区办公室", "dated_on": "2026-11-02",
}  # fmt: skip
PROJECT = {
    "title": "老年人防跌倒", "title_en": "Falls of older people", "lead_unit": "区卫生健康委员会", "status": "running",
    "summary": "入户评估和改造", "summary_en": "Visits and grab rails", "target_kind": "vulnerable",
    "target_group": "65岁以上老年人", "target_group_en": "People over 65", "goal": "跌倒减少三成", "year_from": 2026,
    "indicator": "跌倒人数", "baseline_value": 120, "goal_value": 84, "result_value": 90, "baseline_period": "2024",
    "result_period": "2026", "lower_is_better": True, "dated_on": "2026-11-02",
}  # fmt: skip
#: Kind, what it holds, the scheme of its category, and what is asked before it is published.
PUBLISHED = (
    ("news", ARTICLE, "news_category", checks.findings), ("notice", ARTICLE, "notice_category", checks.findings),
    ("page", {**ARTICLE, "slug": "browser"}, "page_category", checks.findings),
    ("project", PROJECT, "promotion_category", check_of("project")),
)  # fmt: skip


def one_of_each(system: System) -> Iterator[tuple[str, UUID]]:
    """A live record of each kind that has any."""
    with system.database.reading() as session:
        for kind, records in system.catalogue.items():
            found = session.scalar(_live(records).limit(1))
            if found is not None:
                yield kind, found


def _live(records: Records) -> sa.Select[tuple[UUID]]:
    table = records.kind.table
    return sa.select(table.c.id).where(table.c.retired_at.is_(None)).order_by(table.c.id)


def prepare(system: System, visitors: Mapping[str, Visitor], ids: Mapping[str, UUID]) -> Iterator[tuple[str, str]]:
    """Do a piece of every kind of work; yields names of what can be opened since, and what to put for them."""
    with system.database.reading() as session:
        organisations = [str(one) for one in session.scalars(_live(system.catalogue["organisation"]).limit(8))]
        residents = [str(one) for one in session.scalars(_live(system.catalogue["resident"]).limit(6))]
        areas = list(references.load(session).areas)
    yield "area", str(next(area.id for area in areas if area.kind == "community"))
    yield "open_scheme", min(code_lists.OPEN)
    yield "district", str(next(area.id for area in areas if area.kind == "district"))
    clerk, keeper, worker = (visitors[name] for name in ("clerk", "registry_admin", "grid_worker"))
    yield from _imports(system, clerk)
    yield from _desk(clerk, keeper, worker, organisations, ids)
    yield from _administration(clerk, keeper, residents)
    visitors["leader"].post("/leader/searches", {"name": "加油站", "query": "q=加油站"})
    visitors["leader"].post("/account/openings", {"area": "", "reason": "事故调查"})
    run_all(system)
    yield "user", str(clerk.user.id if clerk.user else "")
    yield from _articles(system)
    with system.database.reading() as session:
        yield "picture", str(session.scalar(sa.select(Media.id).limit(1)))
    on_map = [one["properties"] for one in worker.get("/map/facilities.geojson").get_json()["features"]]
    yield "shown_facility", next(_name_in(one["address"]) for one in on_map if "address" in one)


def _name_in(address: str | None) -> str:
    found = re.search(r"[0-9a-f-]{36}", address or "")
    assert found, f"Nothing was made: {address}"
    return found[0]


def _imports(system: System, clerk: Visitor) -> Iterator[tuple[str, str]]:
    """An import at every step: its columns to be named, checked with and without faults, applied, taken back."""
    yield "import_columns", _name_in(send(clerk, GOOD).headers["Location"])
    made = {
        "import_faulty": BAD, "import_staged": GOOD.replace("面馆", "茶楼"),
        "import_applied": GOOD.replace("面馆", "粮店").replace("书店", "花店"),
        "import_undone": GOOD.replace("面馆", "药房").replace("书店", "鞋店"),
    }  # fmt: skip
    for name, content in made.items():
        address = send(clerk, content, source=SOURCE).headers["Location"]
        text = clerk.get(address).get_data(as_text=True)
        assert clerk.post(address, {**chosen(clerk.page(address), text), "remember": "1"}).status_code == 303
        run_all(system)
        made[name] = address.removesuffix("/columns")
        yield name, _name_in(address)
    for name in ("import_applied", "import_undone"):
        clerk.post(f"{made[name]}/apply")
    run_all(system)
    clerk.post(f"{made['import_undone']}/undo")
    run_all(system)
    yield "job", str(jobs_of(system)[-1].id)
    yield "source", SOURCE


def _desk(
    clerk: Visitor, keeper: Visitor, worker: Visitor, organisations: list[str], ids: Mapping[str, UUID],
) -> Iterator[tuple[str, str]]:
    """A change of many records, a pair to be judged, a merged pair, a proposal, an export."""
    one, two, three, four, fifth, sixth, *_rest, last = organisations
    told = {"record": [last], "field": "risk_colour", "value": "黄", "action": "set", "reason": "专项检查"}
    yield "batch", _name_in(clerk.post("/desk/organisation/bulk/apply", told).headers["Location"].rpartition("/")[2])
    clerk.post(f"/desk/organisation/{one}/duplicate", {"other": two})
    yield from (("first", one), ("second", two), ("fifth", fifth), ("sixth", sixth))
    merge = f"/desk/organisation/compare/{three}/{four}"
    versions = {name: value for name, value in keeper.page(merge).form_values().items() if name.endswith("version")}
    assert keeper.post(merge, {**versions, "reason": "同一家"}).status_code == 303
    yield "merged", four
    address = f"/desk/resident/{ids['resident']}/propose"
    typed = {**worker.page(address).form_values(), "address": "临河路88号", "note-to-clerk": "今日入户"}
    assert worker.post(address, typed).status_code == 303
    proposals = [link.get("href") or "" for link in clerk.page("/desk/proposals").all("a")]
    yield "proposal", _name_in(next(link for link in proposals if "/resident/proposals/" in link))
    order = clerk.post("/desk/organisation/export", {"reason": "年度检查", "column": ["name", "org_type"]})
    yield "export", _name_in(order.headers["Location"])


def _administration(clerk: Visitor, keeper: Visitor, residents: list[str]) -> Iterator[tuple[str, str]]:
    """Requests about somebody's data at several steps, and a file of areas that waits to be taken in."""
    decided = ("check", "approve")
    wanted = (("request", "access", ()), ("copy", "access", decided), ("erase", "erasure", decided))
    for (name, right, steps), resident in zip(wanted, residents[1:], strict=False):
        told = {"right": right, "asked_by": "self", "proof": "身份证原件"}
        answer = clerk.post(f"/admin/requests/new/{resident}", told)
        assert answer.status_code == 302, answer.get_data(as_text=True)
        address = answer.headers["Location"]
        for step in steps:
            page = keeper.get(address, check_page=False).get_data(as_text=True)
            version = re.search(r'name="version" value="(\d+)"', page)
            who = clerk if step == "check" else keeper
            assert who.post(f"{address}/{step}", {"version": version[1] if version else "0"}).status_code == 302
        yield name, _name_in(address)
    file = {"file": (io.BytesIO(AREAS.encode()), "areas.csv")}
    yield "area_file", keeper.post("/admin/areas/file", file).headers["Location"].rpartition("/")[2]


def _articles(system: System) -> Iterator[tuple[str, str]]:
    """A published article of each kind, and a project."""
    with system.database.reading() as session:
        known = references.load(session)
    for kind, values, scheme, check in PUBLISHED:
        records, raw = system.catalogue[kind], {**values, "category": next(iter(known.codes(scheme).entries))}
        with system.database.writing("network") as session:
            item = records.create(session, raw, actor=access.console("editor"), reason="test")
            for step, who in ((publishing.submit, "editor"), (publishing.publish, "reviewer")):
                item = step(session, records, item.id, check, version=item.version, actor=access.console(who))
        yield kind, str(item.id)
    system.feed.catch_up()
