"""All benchmarks one after the other, and what they gave beside what was asked for, into docs/performance.md.

    python -m tests.bench [--residents N] [--rows N] [--documents N] [--only NAME …] [--quick] [--out FILE]

Needs nobody's attention. What needs a PostgreSQL server (SANKU_BENCH_POSTGRES) or collections that are not part of the
project is left out with a line that says so. ``--quick`` tries everything at a hundredth of the size.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa

from tests.bench.register import POSTGRES

ROOT = Path(__file__).resolve().parents[2]
COLLECTIONS = ROOT.parent / "shared/data"
LIBRARIES = ("SQLAlchemy", "psycopg", "marshmallow", "cryptography", "whoosh-reloaded", "Whoosh")


@dataclass(frozen=True, slots=True)
class Target:
    """A figure to be found in what a bench prints, and what it may be: at least or at most so much."""

    what: str
    pattern: str
    bound: float
    unit: str = ""
    least: bool = False

    def rows(self, engine: str, printed: str) -> Iterator[str]:
        """A row of the table for each place where the figure stands; its other groups tell of what it is."""
        for found in re.finditer(self.pattern, printed):
            number, *of = found.groups()
            value = float(number.replace(",", ""))
            met = value >= self.bound if self.least else value <= self.bound
            name = f"{self.what} {' '.join(part.strip() for part in of)}".strip()
            sign = "≥" if self.least else "≤"
            figures = f"{value:g}{self.unit} | {sign} {self.bound:g}{self.unit}"
            yield f"| {name} | {engine} | {figures} | {'yes' if met else '**no**'} |"


@dataclass(frozen=True, slots=True)
class Bench:
    """One run of a script."""

    name: str
    engine: str
    arguments: tuple[str, ...]
    targets: tuple[Target, ...] = ()
    needs: Path | None = None
    printed: list[str] = field(default_factory=list)


LISTS = tuple(
    Target(f"{text}, p95{of}", rf", {name}: .*?{clock}p95 ([\d.]+) ms", bound, " ms")
    for name, text, bound in (
        ("lists", "Registry list: page or count", 60),
        ("facets", "Counts beside a list, loaded by themselves", 300),
        ("people search", "People search", 60),
    )
    for clock, of in (("", ""), ("processor ", ", time of the processor alone"))
)
IMPORT = (
    Target("Import, rate by that of a bare executemany", r"([\d.]+) × the baseline", 0.05, " ×", least=True),
    Target(
        "Import again with 1 % edits, rate by that of the first", r"([\d.]+) × the first import", 3, " ×", least=True
    ),
    Target("Import, peak memory", r"peak memory\s+([\d,]+) MB", 600, " MB"),
)
CENSUS = (Target("Population by community × sex × age band, median,", r"median ([\d.]+) s", 1, " s"),)
FIGURES = (Target("Figures of the overview, kept, first page,", r"first page ([\d.]+) s", 0.5, " s"),)
SITE = (
    *(
        Target(f"Public site: {name}, by a bare Flask hello", rf"{name}: .*?([\d.]+) × hello", 0.5, " ×", least=True)
        for name in ("home", "list", "article")
    ),
    Target("Public site: search, by a bare Flask hello", r"search: .*?([\d.]+) × hello", 0.05, " ×", least=True),
    Target(
        "Public site: search for what nobody asked before", r"search, each another: .*?([\d.]+) × hello", 0.05, " ×",
        least=True,
    ),
)
SEARCH = (Target("Search page with facets and scope, p95, warm,", r"warm: .*?p95 ([\d.]+) ms", 80, " ms"),)
STEPS = ("list", "record", "search", "save")
DESK = (
    *(
        Target(f"Eight clerks over HTTP: {step}, p95", rf"\b{step}\s+[\d,]+ times.*?p95 ([\d.]+) ms", 150, " ms")
        for step in (*STEPS, *(f"{one}, no pause" for one in STEPS))
    ),
    Target("Eight clerks over HTTP: answers of 500 and more", r"500 and more: (\d+)", 0),
    Target("Eight clerks over HTTP: “database is locked”", r"is locked” in the log: (\d+)", 0),
)
UNITS = (
    Target("Units found by what people type, MRR@10,", r"all\s+\d+ queries\s+MRR ([\d.]+)", 0.95, least=True),
    Target("Units, first answer right,", r"all\s+\d+ queries.*?P@1 ([\d.]+)", 0.9, least=True),
)
QUALITY = (
    Target("MRR@10 of cmrc2018-dev", r"cmrc2018\S*\s+(?:whoosh|postgres)\s+\d+\s+([\d.]+)", 0.979, least=True),
    Target("MRR@10 of drcd-dev", r"drcd\S*\s+(?:whoosh|postgres)\s+\d+\s+([\d.]+)", 0.962, least=True),
)


def benches(told: argparse.Namespace, engines: list[str]) -> Iterator[Bench]:
    """What is run, in order."""
    small, large = str(max(500, told.rows // 10)), str(told.rows * 10)
    for engine in engines:
        yield Bench("import_speed", engine, ("--engine", engine, "--rows", str(told.rows)), IMPORT)
        yield Bench("import_speed", engine, ("--engine", engine, "--rows", small))
        yield Bench("import_speed", engine, ("--engine", engine, "--rows", large), IMPORT[2:])
    for engine in engines:
        yield Bench("list_speed", engine, ("--engine", engine, "--residents", str(told.residents)), LISTS)
        server = ("--postgres", POSTGRES)
        yield Bench("figures_speed", engine, ("--engine", engine, "--residents", str(told.residents)), FIGURES)
        yield Bench("census_speed", engine, ("--engine", engine, "--stays", str(told.residents), *server), CENSUS)
    yield Bench("desk_speed", "sqlite", ("--residents", str(told.rows), "--organisations", str(told.rows // 5)), DESK)
    yield Bench("site_speed", "sqlite", ("--articles", "200" if told.quick else "5000"), SITE)
    server = ("--database", POSTGRES.replace("postgresql:", "postgresql+psycopg:"))
    for engine in engines:
        name = "whoosh" if engine == "sqlite" else engine
        needs = COLLECTIONS / "orgs" if name == "whoosh" else None
        size = ("--documents", str(told.documents))
        yield Bench("search_speed", name, ("--engine", name, *size, *server), SEARCH, needs)
        yield Bench("unit_search", name, ("--engine", name, *server), UNITS, COLLECTIONS / "orgs")
        sample = ("--sample", "50") if told.quick else ()
        yield Bench("search_quality", name, ("--engine", name, *server, *sample), QUALITY, COLLECTIONS / "search")


def run(bench: Bench) -> str:
    """What a bench prints; a failure is part of it and stops nothing."""
    command = [sys.executable, "-m", f"tests.bench.{bench.name}", *bench.arguments]
    started, load = time.perf_counter(), os.getloadavg()[0]
    print(f"{bench.name} {bench.engine} {' '.join(bench.arguments[2:4])} …", flush=True)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    end = "" if done.returncode == 0 else f"\nfailed: {done.stderr.strip().splitlines()[-1:]}"
    seconds = time.perf_counter() - started
    loads = f"load average before {load:.1f}, after {os.getloadavg()[0]:.1f}"
    return f"{done.stdout.rstrip()}{end}\n({seconds:.0f} s, {loads})"


def growth(done: list[tuple[Bench, str]]) -> Iterator[str]:
    """The cost of a row in the largest import by that in the smallest."""
    rates: dict[str, list[tuple[int, float]]] = {}
    for bench, printed in done:
        found = re.search(r"first import\s+([\d,]+) rows", printed)
        if bench.name == "import_speed" and found:
            rates.setdefault(bench.engine, []).append((int(bench.arguments[3]), float(found[1].replace(",", ""))))
    for engine, of_engine in rates.items():
        (least, first), (most, last) = min(of_engine), max(of_engine)
        if least < most and last:
            target = Target(f"Import, cost of a row at {most:,} by that at {least:,}", r"(.+)", 1.3, " ×")
            yield from target.rows(engine, f"{first / last:.2f}")


def machine(engines: list[str]) -> Iterator[str]:
    """On what it was measured."""
    cpu = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*:\s*(.+)", cpu.read_text(encoding="utf-8")) if cpu.exists() else None
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = f"{os.cpu_count()} cores of {model[1] if model else platform.machine()}"
    yield f"- {datetime.now(UTC):%Y-%m-%d}, {cores}, {memory:.0f} GB"
    python = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    yield f"- {platform.system()} {platform.release()}, {python}"
    if "postgres" in engines:
        with sa.create_engine(sa.make_url(POSTGRES).set(drivername="postgresql+psycopg")).connect() as connection:
            yield f"- PostgreSQL {connection.scalar(sa.text('SHOW server_version'))}, as its package sets it up"
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {version(name)}")
        except ModuleNotFoundError:
            continue
    yield f"- {', '.join(found)}"


def has_postgres() -> bool:
    """Whether the server answers."""
    try:
        sa.create_engine(sa.make_url(POSTGRES).set(drivername="postgresql+psycopg")).connect().close()
    except sa.exc.OperationalError:
        return False
    return True


def page(done: list[tuple[Bench, str]], skipped: list[str], engines: list[str]) -> str:
    """The text of docs/performance.md."""
    rows = [row for bench, printed in done for one in bench.targets for row in one.rows(bench.engine, printed)]
    return "\n".join(
        [
            "# Speed, memory and search quality",
            "",
            "Written by `make bench`. Times are of the clock; those of clerks and the public site are over HTTP, the",
            "others of calls of the services. The load average stands beside each bench, because a busy machine",
            "measures itself.",
            "",
            *machine(engines),
            "",
            "| What | Engine | Measured | Target | Met |",
            "|---|---|--:|--:|---|",
            *rows,
            *growth(done),
            "",
            *[f"Left out: {line}" for line in skipped],
            "",
            "## What the benches printed",
            "",
            *[f"### {b.name} {' '.join(b.arguments[:4])}\n\n```text\n{printed}\n```\n" for b, printed in done],
        ]
    )


def main() -> None:
    """Run what is asked for and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--residents", type=int, default=1_000_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/performance.md")
    told = parser.parse_args()
    if told.quick:
        told.residents, told.rows, told.documents = (
            number // 100 for number in (told.residents, told.rows, told.documents)
        )
    engines, skipped, done = ["sqlite"], [], []
    if has_postgres():
        engines.append("postgres")
    else:
        skipped.append("PostgreSQL, no server answers at SANKU_BENCH_POSTGRES.")
    for bench in benches(told, engines):
        if told.only and bench.name not in told.only:
            continue
        if bench.needs is not None and not bench.needs.exists():
            skipped.append(f"{bench.name} on {bench.engine}, its data are not here.")
            print(f"{bench.name} {bench.engine}: left out, its data are not here.")
            continue
        done.append((bench, run(bench)))
        told.out.write_text(page(done, skipped, engines), encoding="utf-8")
    print(f"Written: {told.out}")


if __name__ == "__main__":
    main()
