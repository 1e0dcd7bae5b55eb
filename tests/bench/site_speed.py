"""How many pages a second the public site serves, beside a bare Flask “hello” under the same server and workers.

    python -m tests.bench.site_speed [--articles N] [--seconds N] [--workers N] [--data DIR]

Fills a data folder with articles, serves it with ``sanku serve``, and asks with wrk for the front page, the list of
news, an article and a search, in turn with the bare application under the same settings of gunicorn. Needs wrk.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import app
from portal import setup
from portal.news import checks
from portal.settings import Settings
from portal.system import System
from registries import area_tree, publishing
from registries.access import console
from registries.area_tree import AreaRow

HELLO = """
from flask import Flask
application = Flask("hello")

@application.get("/")
def hello():
    return "hello"
"""
#: Questions that nobody asked before, so that no page of theirs is kept.
OTHERS = """
local count = 0
local seed = tostring(os.time()) .. tostring({}):sub(8)
request = function()
  count = count + 1
  return wrk.format("GET", "/search?q=%E7%87%83%E6%B0%94+" .. seed:gsub("%W", "") .. count)
end
"""
#: As `portal.commands.site` starts gunicorn.
SERVER = ("--threads", "4", "--worker-class", "gthread", "--graceful-timeout", "30", "--log-level", "warning")
CONNECTIONS = 16
TITLES = ("燃气安全入户检查", "独居老人加装扶手", "消防宣传车进校园", "电动自行车集中充电", "高层住宅疏散演练")
CATEGORIES = ("work", "community", "enterprise", "education", "warning")
BODY = "<p>网格员走进居民家中，检查燃气软管、电气线路和消防通道，并讲解防跌倒知识。</p>" * 12
#: So many articles go into one transaction.
CHUNK = 250


def fill(system: System, articles: int) -> str:
    """Publish articles by the service, by two people; the address of one of them."""
    setup.make_ready(system)
    records, author, reviewer = system.catalogue["news"], console("author"), console("reviewer")
    with system.database.writing("network") as session:
        district = AreaRow("d", "district", "安澜区", "Anlan District", "000101", None, date(2020, 1, 1), None)
        area_tree.load(session, [district], actor=author)
    last = ""
    for start in range(0, articles, CHUNK):
        with system.database.writing("network") as session:
            for number in range(start, min(start + CHUNK, articles)):
                raw = {
                    "title": f"{TITLES[number % len(TITLES)]}（第{number + 1}期）", "body": BODY,
                    "summary": "走访三千余户。",
                    "category": CATEGORIES[number % len(CATEGORIES)], "origin": "应急管理局", "unit": "安全社区办公室",
                    "dated_on": (date(2026, 11, 20) - timedelta(days=number // 3)).isoformat(),
                }
                item = records.create(session, raw, actor=author)
                item = publishing.submit(
                    session, records, item.id, checks.findings, version=item.version, actor=author
                )
                publishing.publish(session, records, item.id, checks.findings, version=item.version, actor=reviewer)
                last = f"/news/{item.id}"
    system.feed.rebuild()
    return last


@contextmanager
def served(command: list[str], folder: Path, port: int, environment: dict[str, str]) -> Iterator[str]:
    """A server while it is asked; its address."""
    process = subprocess.Popen(
        command, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, start_new_session=True
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{address}/", timeout=5).read()
                break
            except OSError:
                time.sleep(0.25)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=60)


def rate(address: str, seconds: int, script: Path | None = None) -> tuple[float, int]:
    """Answers a second, and how many of them were none that one wants."""
    urllib.request.urlopen(address, timeout=60).read()
    scripted = ["-s", str(script)] if script else []
    told = subprocess.run(
        ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{seconds}s", "-H", "Accept-Encoding: gzip", *scripted, address],
        check=True, capture_output=True, text=True,
    ).stdout
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", told)
    return float(found[1]) if found else 0.0, int(wrong[1]) if wrong else 0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Fill, serve, ask, print."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--articles", type=int, default=5_000)
    reader.add_argument("--seconds", type=int, default=5)
    reader.add_argument("--workers", type=int, default=2)
    told = reader.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "keys").mkdir(mode=0o700)
        settings = Settings(
            data=folder / "data", keys=folder / "keys" / "keys.json", index=folder / "index", synchronous="OFF"
        )
        begun = time.perf_counter()
        article = fill(System(settings, app.catalogue()), told.articles)
        print(f"{told.articles:,} articles published in {time.perf_counter() - begun:.0f} s")
        _measure(folder, article, told)


def _measure(folder: Path, article: str, told: argparse.Namespace) -> None:
    (folder / "hello.py").write_text(HELLO)
    port, site_port = free_port(), free_port()
    environment = {
        "SANKU_DATA": str(folder / "data"), "SANKU_KEYS": str(folder / "keys" / "keys.json"),
        "SANKU_INDEX": str(folder / "index"), "PYTHONPATH": str(Path(app.__file__).parent),
    }
    bare = [
        sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--workers", str(told.workers), *SERVER,
        "hello:application",
    ]
    site = [
        sys.executable, "-c", "import app; app.main()", "serve", "--port", str(site_port), "--workers",
        str(told.workers),
    ]
    pages = {
        "home": "/", "list": "/news/", "article": article, "list in English, page 9": "/en/news/?page=9",
        "search": f"/search?q={quote('燃气 检查')}", "search, each another": "/search?q=",
    }
    others = folder / "others.lua"
    others.write_text(OTHERS)
    with served(bare, folder, port, {}) as hello, served(site, folder, site_port, environment) as ours:
        for page, path in pages.items():
            # Next to each other in time: what else the machine does meets both.
            base = rate(f"{hello}/", told.seconds)[0]
            answers, wrong = rate(f"{ours}{path}", told.seconds, others if "another" in page else None)
            print(f"{page}: {answers:,.0f}/s, hello {base:,.0f}/s, {answers / base:.3f} × hello, {wrong} wrong")


if __name__ == "__main__":
    main()
