"""How well units are found by what people type: parts of names, initials, tails of codes, addresses, mistakes.

    python -m tests.bench.unit_search [--orgs DIR] [--engine whoosh|postgres|both] [--misses]

Searches the organisations of ``DIR`` (enterprises_*.csv), made documents as the registry makes them, for the queries of
``unit_queries.tsv``, through `search.units.answered`. A query for which a better wording is only offered counts as
missed; how often a click on it would find the unit is printed as well.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from portal import setup
from registries import references
from registries.crypto import Keys
from registries.db import Database
from registries.fields import RecordField
from registries.keyring import Ring
from registries.organisations.documents import documents
from registries.organisations.service import organisations
from registries.references import References
from registries.schemas import Parts
from search.engine import Document, Engine, Query
from search.feed import document
from search.postgres_engine import PostgresEngine
from search.postgres_tables import Tables
from search.units import answered
from search.whoosh_engine import WhooshEngine

HERE = Path(__file__).resolve().parent
DEPTH = 10


@dataclass(slots=True)
class Score:
    """What was reached with the queries of one kind."""

    queries: int = 0
    reciprocal: float = 0.0
    first: int = 0
    recall: float = 0.0
    by_suggestion: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, rank: int | None, recall: float) -> None:
        """Count a query whose first right answer stands at ``rank``, from 1."""
        self.queries += 1
        self.reciprocal += 1 / rank if rank else 0.0
        self.first += rank == 1
        self.recall += recall


def shortened(code: str) -> str:
    """A credit code as the list of right answers tells it."""
    return hashlib.sha256(f"unit {code}".encode()).hexdigest()[:12]


def read_queries() -> list[tuple[str, str, set[str]]]:
    """Kind, text and right answers of each query."""
    lines = (HERE / "unit_queries.tsv").read_text(encoding="utf-8").splitlines()
    told = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(kind, text, set(right.split())) for kind, text, right in told]


def blank(told: RecordField) -> Any:
    """What an empty field holds."""
    return [] if isinstance(told, Parts) else None


def read_units(folder: Path, known: References) -> Iterator[Document]:
    """A document for each enterprise of the files, as the registry makes it."""
    empty = {name: blank(told) for name, told in organisations.storage.fields.items()}
    for path in sorted(folder.glob("enterprises_*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                code = row["统一社会信用代码"]
                values = {
                    **empty, "name": row["企业名称"], "address": row["注册地址"], "business_scope": row["经营范围"],
                    "registrations": [{"scheme": "uscc", "number": code}],
                    "opened_on": date.fromisoformat(row["注册日期"]),
                }  # fmt: skip
                identity = UUID(hex=hashlib.sha256(code.encode()).hexdigest()[:32])
                item = SimpleNamespace(kind="organisation", id=identity, area_path="0001", values=values)
                for told in documents([item], known):
                    yield document(told, known.areas)


def measure(engine: Engine, codes: dict[str, str], show_misses: bool) -> None:
    """Ask all queries and print what was reached."""
    scores: dict[str, Score] = defaultdict(Score)
    begun = time.perf_counter()
    for kind, text, right in read_queries():
        _meant, found = answered(engine.search, Query(text, audience="staff", limit=DEPTH))
        answers = [codes[hit.id] for hit in found.hits]
        rank = next((place for place, code in enumerate(answers, 1) if code in right), None)
        recall = len(right.intersection(answers)) / min(len(right), DEPTH)
        for score in (scores[kind], scores["all"]):
            score.add(rank, recall)
        if rank != 1:
            instead = [hit.title for hit in found.hits[:2]]
            scores["all"].misses.append(f"{kind}: {text} → {rank}, {instead}, {found.suggestion}")
        if rank is None and found.suggestion:
            again = engine.search(Query(found.suggestion, audience="staff", limit=DEPTH))
            reached = any(codes[hit.id] in right for hit in again.hits)
            scores[kind].by_suggestion += reached
            scores["all"].by_suggestion += reached
    seconds = time.perf_counter() - begun
    for kind, score in [*((k, s) for k, s in scores.items() if k != "all"), ("all", scores["all"])]:
        number = score.queries
        print(
            f"{kind:<10}{number:>4} queries  MRR {score.reciprocal / number:.3f}  P@1 {score.first / number:.3f}"
            f"  R@10 {score.recall / number:.3f}  one click on the better wording finds {score.by_suggestion} more"
        )
    print(f"{1000 * seconds / scores['all'].queries:.1f} ms a query")
    if show_misses:
        print("\n".join(scores["all"].misses))


def clear(engine: PostgresEngine) -> None:
    """Take the index of the bench out of the database again."""
    with engine.database.begin() as connection:
        tables = Tables(engine.name, Tables.head(connection, engine.name).build)
        tables.drop(connection)
        connection.execute(sa.text("DELETE FROM search.indexes WHERE name = :name"), {"name": engine.name})


def main() -> None:
    """Build the index and measure, for each engine asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orgs", type=Path, default=HERE.parents[2] / "shared/data/orgs")
    parser.add_argument("--engine", choices=("whoosh", "postgres", "both"), default="whoosh")
    parser.add_argument("--database", default="postgresql+psycopg://postgres@127.0.0.1/postgres")
    parser.add_argument("--misses", action="store_true")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder) / "data", keys=Keys(Ring.new("aes-256-gcm")), synchronous="OFF")
        setup.initialise(database, "bench")
        with database.reading() as session:
            known = references.load(session)
        units = list(read_units(told.orgs, known))
        codes = {unit.id: shortened(unit.codes[0]) for unit in units}
        engines: dict[str, Engine] = {}
        if told.engine != "postgres":
            engines["whoosh"] = WhooshEngine(Path(folder) / "index")
        if told.engine != "whoosh":
            engines["postgres"] = PostgresEngine(sa.create_engine(told.database), "unit_bench")
        for name, engine in engines.items():
            engine.rebuild(units, {})
            print(f"{name}: {engine.count():,} units")
            measure(engine, codes, told.misses)
            if isinstance(engine, PostgresEngine):
                clear(engine)
            engine.close()


if __name__ == "__main__":
    main()
