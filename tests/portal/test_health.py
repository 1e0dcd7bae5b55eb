"""Whether the site lives, whether it is ready, and how it does: each check can fail and is told by its name."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from portal import backups, health
from registries import backup
from registries.db import DATABASES, now
from tests.site import Site


def readiness(site: Site) -> tuple[int, dict[str, bool]]:
    answer = site.app.test_client().get("/readyz")
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, answer.get_json()["checks"]


def failing(site: Site) -> list[str]:
    """The names of the checks that fail; the status must agree with them."""
    status, checks = readiness(site)
    failed = [name for name, passed in checks.items() if not passed]
    assert status == (503 if failed else 200)
    return failed


def take_databases_away(site: Site) -> None:
    site.system.database.engine.dispose()
    for name in DATABASES:
        site.system.database.file(name).rename(site.system.database.file(name).with_suffix(".away"))


def test_a_site_that_is_well_is_ready(site: Site):
    status, checks = readiness(site)
    assert (status, set(checks)) == (200, {"database", "migrations", "writing", "index", "disk"})


def test_the_site_lives_without_databases_and_is_not_ready(site: Site):
    assert not failing(site)
    take_databases_away(site)
    client = site.app.test_client()
    assert client.get("/healthz").get_json() == {"status": "ok"}
    assert failing(site) == ["database"]


def test_a_server_that_does_not_answer_is_told_as_such(site: Site, monkeypatch: pytest.MonkeyPatch):
    def refuse() -> list[str]:
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("connection refused"))

    monkeypatch.setattr(site.system.database, "missing", refuse)
    assert failing(site) == ["database"]


def test_databases_that_can_only_be_read_are_not_ready(site: Site):
    @sa.event.listens_for(site.system.database.engine, "begin")
    def only_read(connection: sa.Connection) -> None:
        connection.connection.dbapi_connection.execute("PRAGMA query_only = ON")  # type: ignore[union-attr]

    assert failing(site) == ["writing"]
    assert site.system.database.read_only() == list(DATABASES)


def test_a_database_that_somebody_writes_is_not_taken_for_read_only(site: Site):
    with site.system.database.writing("population"):
        assert not failing(site)


def test_asking_whether_one_can_write_changes_nothing(site: Site):
    files = [site.system.database.file(name) for name in DATABASES]
    failing(site)
    before = [(file.read_bytes(), file.with_name(f"{file.name}-wal").stat().st_size) for file in files]
    failing(site)
    assert before == [(file.read_bytes(), file.with_name(f"{file.name}-wal").stat().st_size) for file in files]


def test_a_disk_that_is_nearly_full_is_not_ready(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _folder: SimpleNamespace(free=health.LEAST_FREE_BYTES - 1))
    assert failing(site) == ["disk"]


def test_an_index_that_nobody_brings_up_to_date_is_not_ready(site: Site, monkeypatch: pytest.MonkeyPatch):
    records = site.system.catalogue["organisation"]
    with site.system.database.writing("organisations") as session:
        records.update(
            session, site.records["organisation"][0], {"address": "解放路 99 号"}, version=1, actor=site.console
        )
    assert not failing(site), "a change of this moment may wait"
    monkeypatch.setattr(health, "LONGEST_WAIT", timedelta(0))
    assert failing(site) == ["index"]
    site.system.feed.catch_up()
    assert not failing(site)


def test_backups_are_watched_only_where_they_are_asked_for(make_site: Callable[..., Site]):
    assert "backup" not in readiness(make_site())[1]
    site = make_site(backup_hours=26)
    folder = site.system.settings.backups
    assert failing(site) == ["backup"]
    backup.backup(site.system.database, backups.new_folder(folder))
    assert not failing(site)
    manifest = next(folder.glob("*/manifest.json"))
    told = json.loads(manifest.read_bytes())
    for hours, fails in ((25, []), (27, ["backup"])):
        manifest.write_text(json.dumps({**told, "made_at": (now() - timedelta(hours=hours)).isoformat()}))
        assert failing(site) == fails


def test_a_backup_that_was_cut_short_does_not_count(make_site: Callable[..., Site]):
    site = make_site(backup_hours=26)
    backup.backup(site.system.database, backups.new_folder(site.system.settings.backups))
    next(site.system.settings.backups.glob("*/manifest.json")).unlink()
    assert failing(site) == ["backup"]


def test_old_backups_are_forgotten_but_never_the_newest_nor_what_others_keep_there(tmp_path):
    names = ["20200101-000000", "20200102-000000-0a1b2c3d", "20200103-000000", "keep", "20200103"]
    for name in names:
        (tmp_path / name).mkdir()
    backups.forget_old(tmp_path, tmp_path / "20200103-000000")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["20200103", "20200103-000000", "keep"]


def figures(site: Site, **headers: str) -> dict[str, float]:
    answer = site.app.test_client().get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.status_code
    lines = answer.get_data(as_text=True).splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[:1] != "#")}


def test_the_figures_tell_of_requests_by_route_and_status(site: Site):
    client = site.app.test_client()
    for path in ("/healthz", "/healthz", "/nowhere"):
        client.get(path)
    told = figures(site)
    alive = 'method="GET",status="200",route="/healthz"'
    assert told[f"sanku_request_seconds_count{{{alive}}}"] == 2
    assert told[f'sanku_request_seconds_bucket{{{alive},le="+Inf"}}'] == 2
    buckets = [value for name, value in told.items() if name.startswith(f"sanku_request_seconds_bucket{{{alive}")]
    assert buckets == sorted(buckets)
    assert told['sanku_request_seconds_count{method="GET",status="404",route="no route"}'] == 1


def test_the_figures_add_up_what_all_processes_counted(site: Site):
    site.app.test_client().get("/healthz")
    counts = site.app.extensions["sanku.requests"]
    counts.everybodys()
    mine = next(counts.folder.glob(f"{os.getpid()}-*.json"))
    (mine.parent / "1-1.json").write_bytes(mine.read_bytes())
    (mine.parent / "2-2.json").write_bytes(b"{")
    assert figures(site)['sanku_request_seconds_count{method="GET",status="200",route="/healthz"}'] == 2


def test_the_figures_tell_of_sessions_jobs_logs_and_index(site: Site):
    before = figures(site)
    site.visitor("clerk", registry="population")
    after = figures(site)
    assert after["sanku_sessions"] == before["sanku_sessions"] + 1
    assert after['sanku_change_head{database="system"}'] > before['sanku_change_head{database="system"}']
    assert after['sanku_jobs{state="waiting"}'] == 0
    assert after['sanku_index_behind{database="organisations"}'] == 0
    assert after["sanku_up"] == 1


def test_the_figures_say_when_the_databases_are_gone(site: Site):
    figures(site)
    take_databases_away(site)
    assert figures(site)["sanku_up"] == 0


def test_methods_that_somebody_made_up_are_counted_together(site: Site):
    for number in range(5):
        site.app.test_client().open("/healthz", method=f"ODD{number}")
    assert sum('method="other"' in name and "_count" in name for name in figures(site)) == 1


@pytest.mark.parametrize("asking", [{"REMOTE_ADDR": "192.0.2.7"}, {"HTTP_X_FORWARDED_FOR": "192.0.2.7"}])
def test_the_figures_are_for_this_machine(site: Site, asking: dict[str, str]):
    client = site.app.test_client()
    answer = client.get("/metrics", environ_overrides=asking)
    assert answer.status_code == 404
    assert "sanku_" not in answer.get_data(as_text=True)


def test_with_a_token_the_figures_are_for_whoever_shows_it(make_site: Callable[..., Site]):
    site = make_site(metrics_token="a token of the monitoring")
    for told in ("", "Bearer", "Bearer another", "Basic a token of the monitoring"):
        headers = {"Authorization": told} if told else {}
        assert site.app.test_client().get("/metrics", headers=headers).status_code == 404
    assert figures(site, Authorization="Bearer a token of the monitoring")["sanku_up"] == 1
