"""Work in the street: checks with photos, files of records, proposals that a clerk takes over or sends back."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from PIL import Image

from registries import attachments, references
from tests.site import Page


def photo(size=(2400, 1200), where=True):
    picture = Image.new("RGB", size, "teal")
    exif = Image.Exif()
    if where:
        exif[0x8825] = {1: "N", 2: (41.0, 7.0, 30.0), 3: "E", 4: (121.0, 8.0, 0.0)}
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif)
    return out.getvalue()


@pytest.fixture
def facility(site):
    return site.records["facility"][0]


def files(site, kind, record_id):
    with site.system.database.reading() as session:
        return attachments.listed(session, site.system.catalogue[kind], record_id)


def test_a_grid_worker_notes_a_check_with_a_photo(visitor, site, facility):
    worker = visitor("grid_worker")
    worker.page(f"/desk/facility/{facility}/check")
    told = {"on": date.today().isoformat(), "note": "水压正常", "photo": (io.BytesIO(photo()), "现场.jpg")}
    answer = worker.post(f"/desk/facility/{facility}/check", told, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.get_data(as_text=True)
    assert site.stored("facility", facility)[1]["last_checked_on"] == date.today()
    kept = files(site, "facility", facility)
    assert len(kept) == 1
    page = worker.page(f"/desk/facility/{facility}")
    assert "水压正常" in page.text
    shown = worker.get(f"/desk/facility/{facility}/files/{kept[0].id}", check_page=False)
    with Image.open(io.BytesIO(shown.data)) as picture:
        assert max(picture.size) == 1600
        assert not picture.getexif()
    assert "sandbox" in shown.headers["Content-Security-Policy"]


def test_a_check_in_the_future_is_refused(visitor, site, facility):
    told = {"on": (date.today() + timedelta(days=2)).isoformat()}
    answer = visitor("grid_worker").post(f"/desk/facility/{facility}/check", told)
    assert answer.status_code == 422
    assert site.stored("facility", facility)[1]["last_checked_on"] is None


def test_an_earlier_check_does_not_turn_the_clock_back(visitor, site, facility):
    worker = visitor("grid_worker")
    for days in (0, 5):
        told = {"on": (date.today() - timedelta(days=days)).isoformat(), "note": f"{days}"}
        assert worker.post(f"/desk/facility/{facility}/check", told).status_code == 303
    assert site.stored("facility", facility)[1]["last_checked_on"] == date.today()


def test_an_earlier_check_says_nothing_of_the_state_now(visitor, site, facility):
    worker = visitor("grid_worker")
    with site.system.database.reading() as session:
        now, before, *_others = references.load(session).codes("facility_state").entries
    for days, state in ((0, now), (5, before)):
        told = {"on": (date.today() - timedelta(days=days)).isoformat(), "state": state}
        assert worker.post(f"/desk/facility/{facility}/check", told).status_code == 303
    assert site.stored("facility", facility)[1]["state"] == now


def broken_png():
    """A PNG of which a chunk in the middle of the pixels has no name."""
    out = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(out, "PNG")
    data = out.getvalue()
    at = data.index(b"IDAT")
    half = int.from_bytes(data[at - 4:at]) // 2
    first = half.to_bytes(4) + data[at:at + 4 + half] + b"\0\0\0\0"
    return data[:at - 4] + first + b"\0\0\0\x20\x03 5\xf9" + data[-300:]


@pytest.mark.parametrize(
    "data", [b"<svg onload=alert(1)>", b"GIF89a....", b"\xff\xd8\xff broken", b"%PDF-1.4", broken_png()]
)
def test_what_is_no_picture_is_refused_and_nothing_is_kept(visitor, site, facility, data):
    told = {"on": date.today().isoformat(), "photo": (io.BytesIO(data), "x.jpg")}
    answer = visitor("grid_worker").post(f"/desk/facility/{facility}/check", told, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "x.jpg" in answer.get_data(as_text=True)
    assert not files(site, "facility", facility)
    assert site.stored("facility", facility)[1]["last_checked_on"] is None


def test_nobody_checks_outside_his_area_or_people(visitor, site, facility):
    elsewhere = visitor("grid_worker", area="000101001")
    assert elsewhere.get(f"/desk/facility/{facility}/check").status_code == 404
    assert elsewhere.post(f"/desk/facility/{facility}/check", {"on": "2026-01-01"}).status_code == 404
    assert visitor("grid_worker").get(f"/desk/resident/{site.records['resident'][0]}/check").status_code == 404


def test_files_are_sealed_in_the_database_and_go_with_a_click(visitor, site, facility):
    clerk = visitor("clerk")
    told = {"caption": "铭牌", "file": (io.BytesIO(b"%PDF-1.4 secret words"), "铭牌.pdf")}
    assert clerk.post(f"/desk/facility/{facility}/files", told, content_type="multipart/form-data").status_code == 303
    one = files(site, "facility", facility)[0]
    raw = b"".join(path.read_bytes() for path in site.system.settings.data.glob("facilities.sqlite3*"))
    assert b"secret words" not in raw
    shown = clerk.get(f"/desk/facility/{facility}/files/{one.id}", check_page=False)
    assert shown.data == b"%PDF-1.4 secret words"
    assert shown.headers["Content-Disposition"].startswith("attachment")
    assert visitor("clerk", area="000101001").get(f"/desk/facility/{facility}/files/{one.id}").status_code == 404
    assert clerk.post(f"/desk/facility/{facility}/files/{one.id}/remove").status_code == 303
    assert not files(site, "facility", facility)


def propose(worker, site, **told):
    resident = site.records["resident"][0]
    values = worker.page(f"/desk/resident/{resident}/propose").form_values()
    return worker.post(f"/desk/resident/{resident}/propose", {**values, **told})


def test_a_proposal_is_taken_over_by_a_clerk(visitor, site):
    worker, clerk = visitor("grid_worker"), visitor("clerk")
    answer = propose(worker, site, address="临河路88号", **{"note-to-clerk": "今日入户"})
    assert answer.status_code == 303, Page(answer.get_data(as_text=True)).text
    assert "今日入户" not in clerk.page("/desk/").text
    assert "王小明" in clerk.page("/desk/").text
    link = next(a["href"] for a in clerk.page("/desk/proposals").all("a") if "/proposals/" in str(a.get("href")))
    page = clerk.page(link)
    assert "临河路88号" in page.text
    assert "今日入户" in page.text
    told = {"version": page.form_values()["version"], "decision": "take"}
    assert worker.post(link, told).status_code == 404
    assert clerk.post(link, told).status_code == 303
    assert site.stored("resident", site.records["resident"][0])[1]["address"] == "临河路88号"
    assert clerk.post(link, {"decision": "take"}, follow_redirects=True).status_code == 200
    assert site.stored("resident", site.records["resident"][0])[0].version == 2


def test_a_proposal_is_not_taken_over_a_change_that_nobody_saw(visitor, site):
    worker, clerk, other = visitor("grid_worker"), visitor("clerk"), visitor("clerk")
    propose(worker, site, address="临河路88号")
    link = next(a["href"] for a in clerk.page("/desk/proposals").all("a") if "/proposals/" in str(a.get("href")))
    told = {**clerk.page(link).form_values(), "decision": "take"}
    resident = site.records["resident"][0]
    form = other.page(f"/desk/resident/{resident}/edit").form_values()
    assert other.post(f"/desk/resident/{resident}/edit", {**form, "address": "望海路7号"}).status_code == 303
    assert "刚刚" in clerk.post(link, told, follow_redirects=True).get_data(as_text=True)
    assert site.stored("resident", resident)[1]["address"] == "望海路7号"
    assert clerk.post(link, {**clerk.page(link).form_values(), "decision": "take"}).status_code == 303
    assert site.stored("resident", resident)[1]["address"] == "临河路88号"
    worker.post(f"{link}/drop")
    assert "已采纳" in worker.page(link).text, "what was taken over stays so"


def test_a_proposal_comes_back_with_a_word_on_why(visitor, site):
    worker, clerk = visitor("grid_worker"), visitor("clerk")
    propose(worker, site, address="临河路88号")
    link = next(a["href"] for a in clerk.page("/desk/proposals").all("a") if "/proposals/" in str(a.get("href")))
    clerk.post(link, {"decision": "return", "answer": ""})
    clerk.post(link, {"decision": "return", "answer": "请核对门牌"})
    assert "请核对门牌" in worker.page("/desk/").text
    assert worker.post(f"{link}/drop").status_code == 303
    assert "请核对门牌" not in worker.page("/desk/").text
    assert site.stored("resident", site.records["resident"][0])[0].version == 1


def test_nothing_changed_is_no_proposal(visitor, site):
    assert propose(visitor("grid_worker"), site).status_code == 422


def test_a_proposal_is_seen_by_those_of_the_area_only(visitor, site):
    propose(visitor("grid_worker"), site, address="临河路88号")
    clerk, other = visitor("clerk"), visitor("clerk", area="000101002")
    link = next(a["href"] for a in clerk.page("/desk/proposals").all("a") if "/proposals/" in str(a.get("href")))
    assert other.get(link).status_code == 404
    assert "/proposals/" not in str(other.page("/desk/proposals").all("a")).replace("/desk/proposals'", "")
