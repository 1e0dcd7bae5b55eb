"""How long clerks wait for pages of the desk when eight of them work at once, over HTTP, on a real server.

    python -m tests.bench.desk_speed [--residents N] [--organisations N] [--clerks N] [--rounds N] [--pause SECONDS]
                                     [--folder FOLDER]

The site is served by ``sanku serve`` with its worker, as it is anywhere else. Each clerk signs in as people do and then
goes round: a list, a record, a search, a form, a save, with a second, more or less, to look at each. Then all go round
once more without a pause, which nobody can: what the server takes at most. Half keep people, half organisations.
Beside it stands a bare Flask page under the same server, asked by as many at once: what this machine does at best. A
folder that is given is kept and used again; otherwise all is made anew, which takes some minutes.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from urllib.parse import quote, urlencode

import app
from portal import serving, setup
from portal.accounts import service
from portal.accounts.passwords import HASHER, NewPassword
from portal.demo import Sizes, load_demo, state
from portal.settings import Settings
from portal.system import System
from registries.days import today

PASSWORD = "six words that nobody guesses"
HELLO = "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef hello():\n    return 'hello'\n"
LISTS = {
    "resident": ("", "?sex=2", "?population_type=LD", "?sort=name", "?sort=-birth_date&sex=1", "?ethnicity=11"),
    "organisation": ("", "?sort=name", "?key_unit=1", "?key_unit_class=A", "?incomplete=1", "?sort=-updated_at"),
}
SEARCHES = {
    "resident": ("李", "王芳", "zhang", "ln", "刘洋", "陈静", "13800000000"),
    "organisation": ("有限公司", "加油站", "餐饮", "幼儿园", "wujin", "批发", "解放路"),
}


class Form(HTMLParser):
    """The fields of the form that carries a version: what a browser would send if nothing were typed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._found: list[tuple[str, str]] = []
        self._select = self._area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, value = told.get("name") or "", told.get("value") or ""
        if tag == "form":
            self._found = []
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in told:
            self._found.append((self._select, value))
        elif tag == "textarea":
            self._area = name
            self._found.append((name, ""))
        elif tag == "input" and name and (told.get("type") not in ("checkbox", "radio") or "checked" in told):
            self._found.append((name, value))

    def handle_data(self, data: str) -> None:
        if self._area:
            name, before = self._found.pop()
            self._found.append((name, before + data))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""
        elif tag == "form" and "version" in dict(self._found):
            self.fields = self._found


@dataclass
class Taken:
    """What all clerks waited for, in milliseconds by step, and how they were answered."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    answers: Counter[str] = field(default_factory=Counter)

    def lines(self, how: str = "") -> Iterator[str]:
        """A line for each step; ``how`` says how it was gone about."""
        for step, times in self.times.items():
            one = sorted(times)
            middle, high, top = (one[min(len(one) - 1, int(len(one) * part))] for part in (0.5, 0.95, 0.99))
            yield f"{step + how:<17} {len(one):>6,} times   p50 {middle:.0f} ms   p95 {high:.0f} ms   p99 {top:.0f} ms"


class Clerk:
    """Somebody at a browser: one connection, one cookie."""

    def __init__(self, port: int, kind: str, number: int, taken: Taken) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.origin, self.kind, self.taken = f"http://127.0.0.1:{port}", kind, taken
        self.chance, self.cookie, self.pause = Random(number), "", 0.0

    def ask(self, step: str, path: str, sent: list[tuple[str, str]] | None = None) -> tuple[int, str]:
        """One request, timed until the whole answer is there."""
        headers = {"Cookie": self.cookie, "Accept-Language": "zh"}
        body = None
        if sent is not None:
            headers |= {"Origin": self.origin, "Content-Type": "application/x-www-form-urlencoded"}
            body = urlencode(sent)
        begun = time.perf_counter()
        self.connection.request("GET" if body is None else "POST", quote(path, safe="/?=&%+"), body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        self.taken.times[step].append((time.perf_counter() - begun) * 1000)
        self.taken.answers[f"{step} {answer.status}"] += 1
        cookie = answer.getheader("Set-Cookie")
        if cookie:
            self.cookie = cookie.partition(";")[0]
        return answer.status, text

    def sign_in(self, name: str) -> None:
        """As people do."""
        status, _ = self.ask("sign in", "/login", [("name", name), ("password", PASSWORD), ("next", "")])
        if status not in (302, 303):
            raise RuntimeError(f"{name} could not sign in: {status}")

    def look(self) -> None:
        """What a person does before the next step."""
        time.sleep(self.pause * self.chance.uniform(0.5, 1.5))

    def round(self, ids: list[str]) -> None:
        """A list, a record, a search, and a change of the record."""
        one = self.chance.choice(ids)
        self.look()
        self.ask("list", f"/desk/{self.kind}/{self.chance.choice(LISTS[self.kind])}")
        self.look()
        self.ask("record", f"/desk/{self.kind}/{one}")
        self.look()
        self.ask("search", "/desk/search?" + urlencode({"q": self.chance.choice(SEARCHES[self.kind])}))
        self.look()
        _, text = self.ask("form", f"/desk/{self.kind}/{one}/edit")
        fields = [pair for pair in Form(text).fields if pair[0] not in ("note", "reason", "add")]
        self.look()
        note = f"看过 {self.chance.randrange(10**6)}"
        self.ask("save", f"/desk/{self.kind}/{one}/edit", [*fields, ("note", note), ("reason", "已核对")])


def at_once(number: int, work: list[object]) -> None:
    """Call each in a thread of its own; what one raises is raised."""
    failed: list[BaseException] = []

    def begin(one: object) -> None:
        try:
            one()  # type: ignore[operator]
        except BaseException as error:  # noqa: BLE001 - raised below
            failed.append(error)

    threads = [threading.Thread(target=begin, args=(one,)) for one in work[:number]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


@contextmanager
def served(command: list[str], port: int, environment: dict[str, str], log: Path, folder: Path) -> Iterator[None]:
    """A server, until the block ends; then it is asked to end, and waited for."""
    with log.open("wb") as told:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=told, stderr=told)
        try:
            _wait(port, process)
            yield
        finally:
            process.terminate()
            process.wait(60)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError("The server did not begin.")


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def prepare(folder: Path, told: argparse.Namespace) -> tuple[dict[str, list[str]], list[str]]:
    """The district and its clerks; returns ids of records by kind, and the names of the accounts."""
    settings = Settings(data=folder / "data", keys=folder / "keys.json")
    system = System(settings, app.catalogue())
    setup.make_ready(system)
    with system.database.reading() as session:
        begun = state(session)
    if begun is None or begun[0] == "begin":
        load_demo(
            system, Sizes(told.residents, told.organisations, told.facilities, 1, today()), lambda rows: None
        )
    ids: dict[str, list[str]] = {}
    with system.database.reading() as session:
        for kind in LISTS:
            table = system.catalogue[kind].kind.table
            live = table.select().with_only_columns(table.c.id).where(table.c.retired_at.is_(None))
            ids[kind] = [str(row) for row in session.scalars(live.limit(20_000))]
    names, mark, hashed = [], f"{time.time_ns() // 10**9:x}", NewPassword(HASHER.hash(PASSWORD))
    for number in range(told.clerks):
        registry = ("population", "organisations")[number % 2]
        with system.database.writing("system") as session:
            names.append(f"clerk-{mark}-{number}")
            user = service.create_user(
                session, names[-1], hashed, "clerk", "000101", registry, actor=system.console()
            )
            user.must_change_password = False
    system.database.engine.dispose()
    return ids, names


def measure(folder: Path, told: argparse.Namespace) -> Iterator[str]:
    """Lines of what was measured."""
    ids, names = prepare(folder, told)
    yield f"{told.residents:,} residents, {told.organisations:,} organisations, {told.clerks} clerks at once"
    environment = {
        **os.environ, "SANKU_DATA": str(folder / "data"), "SANKU_KEYS": str(folder / "keys.json"),
        "SANKU_LOOKUPS_PER_MINUTE": "1000000", "SANKU_VIEWS_PER_HOUR": "1000000",
    }
    yield from _hello(folder, told, environment)
    port, taken, log = free_port(), Taken(), folder / "serve.log"
    sanku = [sys.executable, "-c", "import app; app.main()", "serve", "--port", str(port)]
    with served(sanku, port, environment, log, Path(app.__file__).parent):
        kinds = list(LISTS)
        clerks = [Clerk(port, kinds[number % 2], number, taken) for number in range(told.clerks)]
        for clerk, name in zip(clerks, names, strict=True):
            clerk.sign_in(name)
            # The first pages of a process compile templates and fill caches; nobody waits for them twice.
            clerk.round(ids[clerk.kind])
        for pause, how in ((told.pause, ""), (0.0, ", no pause")):
            yield from _together(clerks, ids, told.rounds, pause, how)
    said = log.read_text(encoding="utf-8", errors="replace")
    failed = sum(count for answer, count in taken.answers.items() if answer.rpartition(" ")[2] >= "500")
    yield f"answers: {dict(sorted(taken.answers.items()))}"
    yield f"answers of 500 and more: {failed}; “database is locked” in the log: {said.count('database is locked')}"


def _together(
    clerks: list[Clerk], ids: dict[str, list[str]], rounds: int, pause: float, how: str
) -> Iterator[str]:
    taken = clerks[0].taken
    taken.times.clear()
    for clerk in clerks:
        clerk.pause = pause
    begun, load = time.perf_counter(), os.getloadavg()[0]
    at_once(len(clerks), [_rounds(clerk, ids[clerk.kind], rounds) for clerk in clerks])
    seconds = time.perf_counter() - begun
    yield from taken.lines(how)
    number = sum(len(times) for times in taken.times.values())
    yield f"{number:,} requests in {seconds:.0f} s, {number / seconds:.0f} a second; load {load:.1f} before"


def _rounds(clerk: Clerk, ids: list[str], rounds: int) -> object:
    return lambda: [clerk.round(ids) for _ in range(rounds)]


def _hello(folder: Path, told: argparse.Namespace, environment: dict[str, str]) -> Iterator[str]:
    (folder / "hello.py").write_text(HELLO, encoding="utf-8")
    port, taken = free_port(), Taken()
    settings = Settings()
    options = [*serving.arguments(settings, f"127.0.0.1:{port}", settings.workers)[:-1], "hello:app"]
    with served([sys.executable, "-m", "gunicorn", *options], port, environment, folder / "hello.log", folder):
        clerks = [Clerk(port, "", number, taken) for number in range(told.clerks)]
        at_once(told.clerks, [
            lambda clerk=clerk: [clerk.ask("hello", "/") for _ in range(told.rounds * 5)] for clerk in clerks
        ])
    yield from taken.lines()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--residents", type=int, default=100_000)
    parser.add_argument("--organisations", type=int, default=20_000)
    parser.add_argument("--facilities", type=int, default=4_000)
    parser.add_argument("--clerks", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--pause", type=float, default=1.0)
    parser.add_argument("--folder", type=Path)
    told = parser.parse_args()
    with TemporaryDirectory(prefix="sanku-desk-") as made:
        folder = told.folder or Path(made)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for line in measure(folder, told):
            print(line, flush=True)


if __name__ == "__main__":
    main()
