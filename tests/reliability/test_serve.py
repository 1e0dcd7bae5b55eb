"""``sanku serve`` lets requests under way finish when it is told to end, leaves nothing running, and logs no query."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal import serving
from portal.settings import Settings
from registries.keyring import Ring
from tests.own_code import ROOT

BODY = b"name=nobody&password=nothing+at+all"


def ask(port: int, text: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.sendall(text)
    return connection


def answer_of(connection: socket.socket) -> bytes:
    with connection:
        return b"".join(iter(lambda: connection.recv(65_536), b""))


def get(port: int, path: str) -> bytes:
    return answer_of(ask(port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()))


def workers_beside(pid: int) -> list[str]:
    """The processes that were begun beside a server."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            told = file.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"--beside" in told and told[told.index(b"--beside") + 1] == str(pid).encode():
            found.append(file.parent.name)
    return found


@pytest.fixture
def served(sqlite_template: Path, ring: Ring, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    shutil.copytree(sqlite_template, tmp_path / "data")
    keys, log = tmp_path / "keys.json", tmp_path / "access.log"
    keys.touch(mode=0o600)
    keys.write_text(json.dumps(ring.as_json()))
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    environment = {
        **os.environ, "SANKU_DATA": str(tmp_path / "data"), "SANKU_KEYS": str(keys), "SANKU_ACCESS_LOG": str(log),
        "SANKU_PORT": str(port), "SANKU_WORKERS": "1",
    }
    command = [sys.executable, "-c", "import app; app.main()", "serve"]
    with (tmp_path / "said").open("wb") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=said, stderr=said)
    try:
        until = time.monotonic() + 240
        while time.monotonic() < until and process.poll() is None:
            try:
                get(port, "/healthz")
                break
            except OSError:
                time.sleep(0.2)
        yield process, port, log
    finally:
        process.kill()
        process.wait()


@pytest.mark.full
def test_a_request_under_way_is_answered_before_the_server_ends(served: tuple[subprocess.Popen[bytes], int, Path]):
    process, port, log = served
    assert get(port, "/search?q=%E7%A4%BA%E4%BE%8B").startswith(b"HTTP/1.1 200")
    assert len(workers_beside(process.pid)) >= 1
    head = (
        f"POST /login HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: http://localhost:{port}\r\nConnection: close\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(BODY)}\r\n\r\n"
    )
    under_way = ask(port, head.encode() + BODY[:10])
    time.sleep(0.5)
    process.terminate()
    time.sleep(1)
    under_way.sendall(BODY[10:])
    assert answer_of(under_way).startswith(b"HTTP/1.1 401")
    assert process.wait(serving.GRACE_SECONDS) == 0
    with pytest.raises(OSError, match="refused"):
        get(port, "/healthz")
    until = time.monotonic() + 20
    while workers_beside(process.pid) and time.monotonic() < until:
        time.sleep(0.2)
    assert not workers_beside(process.pid)
    logged = log.read_text()
    assert '"GET /search" 200' in logged
    assert '"POST /login" 401' in logged
    assert "E7" not in logged


def options(**settings: object) -> dict[str, str]:
    told = serving.arguments(Settings(**settings), "127.0.0.1:8000", 3)  # type: ignore[arg-type]
    return dict(one.removeprefix("--").split("=", 1) for one in told if "=" in one)


def test_proxies_are_believed_only_where_there_are_some():
    assert options()["forwarded-allow-ips"] == ""
    assert options(proxies=1)["forwarded-allow-ips"] == "127.0.0.1,::1"


def test_idle_connections_outlive_those_that_the_proxy_keeps():
    kept = (ROOT / "docs/deploy/nginx.conf").read_text().split("keepalive_timeout ")[1].split("s;")[0]
    assert int(options()["keep-alive"]) > int(kept)


def test_requests_are_logged_only_where_it_is_wanted_and_by_the_reader_behind_the_proxy():
    assert "access-logfile" not in options()
    assert options(access_log="-")["access-logformat"].startswith("%(h)s")
    assert options(access_log="-", proxies=1)["access-logformat"].startswith("%({x-forwarded-for}i)s")
