"""How well the engines rank, beside plain BM25 over character pairs.

    python tests/bench/search_quality.py [--data DIR] [--engine whoosh|postgres|both] [--sample N] [--misses]

Every folder below DIR with docs.jsonl, queries.jsonl and qrels.tsv is one collection. With ``--laws FILE``
(JSON lines of title, date, body) the lay questions beside this script are asked of the articles of those
laws.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT))

from search.engine import Document, Engine, Query  # noqa: E402
from search.postgres_engine import PostgresEngine  # noqa: E402
from search.whoosh_engine import WhooshEngine  # noqa: E402
from search.words import fold, is_chinese, pairs, runs  # noqa: E402

ARTICLE = re.compile(r"(?m)^(第[一二三四五六七八九十百零]+条)[\s\u3000]+")
Search = Callable[[str], list[str]]


class Collection(NamedTuple):
    """Documents (id, title, text), queries and the documents that answer each."""

    name: str
    documents: list[tuple[str, str, str]]
    queries: list[tuple[str, set[str]]]


def read_collection(folder: Path) -> Collection:
    """A folder of docs.jsonl, queries.jsonl, qrels.tsv."""
    answers: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        query, document, grade = line.split()
        if int(grade) > 0:
            answers[query].add(document)
    documents = [(d["id"], d.get("title") or "", d["text"]) for d in json_lines(folder / "docs.jsonl")]
    queries = [
        (q["text"], answers[q["id"]]) for q in json_lines(folder / "queries.jsonl") if q["id"] in answers
    ]
    return Collection(folder.name, documents, queries)


def json_lines(path: Path) -> Iterator[dict[str, str]]:
    """The objects of a file of JSON lines."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def read_laws(path: Path) -> Collection:
    """The articles of laws as documents, with the lay questions beside this script."""
    documents = []
    for law in json_lines(path):
        title = law["title"].replace("中华人民共和国", "")
        parts = ARTICLE.split(law["body"])
        for number, body in zip(parts[1::2], parts[2::2], strict=True):
            text = re.sub(r"(?m)^#.*$", "", body).strip()
            documents.append((f"{title} {law['date']} {number}", f"{title}{number}", text))
    documents = list({identity: (identity, title, text) for identity, title, text in documents}.values())
    queries = []
    for line in (HERE / "lay_questions.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            question, law_title, words = line.split("\t")
            fits = {i for i, _, text in documents if i.split(" ")[0] == law_title and words in text}
            if fits:
                queries.append((question, fits))
    return Collection("lay questions on laws", documents, queries)


def plain_bm25(documents: list[tuple[str, str, str]]) -> Search:
    """The baseline: BM25 (k1 1.2, b 0.75) over the pairs of characters of title and text."""

    def terms(text: str, folded: bool = True) -> list[str]:
        found = []
        for run in runs(fold(text)):
            found += (pairs(run) or [run]) if is_chinese(run) else [run]
        return found

    postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
    lengths = []
    for number, (_, title, text) in enumerate(documents):
        counted = Counter(terms(f"{title}\n{text}"))
        lengths.append(sum(counted.values()))
        for term, times in counted.items():
            postings[term].append((number, times))
    mean = sum(lengths) / len(lengths)

    def search(query: str) -> list[str]:
        scores: dict[int, float] = defaultdict(float)
        for term in terms(query):
            found = postings.get(term, [])
            worth = math.log(1 + (len(documents) - len(found) + 0.5) / (len(found) + 0.5))
            for number, times in found:
                scores[number] += worth * times * 2.2 / (times + 1.2 * (0.25 + 0.75 * lengths[number] / mean))
        return [documents[n][0] for n in sorted(scores, key=lambda n: -scores[n])[:10]]

    return search


def measure(
    search: Search, queries: list[tuple[str, set[str]]], misses: bool = False
) -> tuple[float, float, float]:
    """MRR@10, P@1 and R@10."""
    reciprocal = first = recall = 0.0
    for query, answers in queries:
        found = search(query)[:10]
        rank = next((place for place, identity in enumerate(found, 1) if identity in answers), None)
        reciprocal += 1 / rank if rank else 0
        first += rank == 1
        recall += len(answers & set(found)) / min(10, len(answers))
        if misses and rank != 1:
            print(f"    {rank or '-':>2}  {query}  found: {found[0] if found else 'nothing'}")
    count = len(queries)
    return reciprocal / count, first / count, recall / count


def filled(engine: Engine, collection: Collection) -> Search:
    """An engine holding a collection."""
    engine.rebuild((Document("page", i, title, text=text) for i, title, text in collection.documents), {})
    return lambda query: [hit.id for hit in engine.search(Query(query, limit=10)).hits]


def collections(arguments: argparse.Namespace) -> Iterator[Collection]:
    """What is asked for, as far as it is there."""
    for folder in sorted(arguments.data.glob("*/")):
        if (folder / "qrels.tsv").exists():
            yield read_collection(folder)
    if arguments.laws.exists():
        yield read_laws(arguments.laws)


def main() -> None:
    """Prints a line for each collection and engine."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data/search")
    parser.add_argument(
        "--laws", type=Path, default=ROOT.parent / "shared/data/text/laws_safety_national.jsonl"
    )
    parser.add_argument("--engine", choices=("whoosh", "postgres", "both"), default="both")
    parser.add_argument("--database", default="postgresql+psycopg://postgres@127.0.0.1/postgres")
    parser.add_argument("--sample", type=int, default=0, help="ask so many queries of each collection only")
    parser.add_argument("--misses", action="store_true", help="list queries without the answer on top")
    arguments = parser.parse_args()
    print(f"{'collection':24} {'engine':10} {'queries':>7} {'MRR@10':>7} {'P@1':>6} {'R@10':>6} {'ms':>6}")
    for collection in collections(arguments):
        queries = collection.queries
        if arguments.sample and len(queries) > arguments.sample:
            queries = random.Random(1).sample(queries, arguments.sample)
        report(collection, "pair BM25", plain_bm25(collection.documents), queries, False)
        if arguments.engine != "postgres":
            with tempfile.TemporaryDirectory() as folder:
                search = filled(WhooshEngine(Path(folder)), collection)
                report(collection, "whoosh", search, queries, arguments.misses)
        if arguments.engine != "whoosh":
            database = sa.create_engine(arguments.database)
            search = filled(PostgresEngine(database, "quality_bench"), collection)
            report(collection, "postgres", search, queries, arguments.misses)
            forget(database)


def forget(database: sa.Engine) -> None:
    """Drops the tables of the bench."""
    with database.begin() as connection:
        for (table,) in connection.execute(
            sa.text(
                "SELECT tablename FROM pg_tables"
                " WHERE schemaname = 'search' AND tablename LIKE 'quality_bench_%'"
            )
        ).all():
            connection.execute(sa.text(f"DROP TABLE search.{table}"))
        connection.execute(sa.text("DELETE FROM search.indexes WHERE name = 'quality_bench'"))


def report(
    collection: Collection, engine: str, search: Search, queries: list[tuple[str, set[str]]], misses: bool
) -> None:
    """Measures and prints one line."""
    begun = time.perf_counter()
    mrr, first, recall = measure(search, queries, misses)
    each = (time.perf_counter() - begun) / len(queries) * 1000
    print(
        f"{collection.name:24} {engine:10} {len(queries):7}"
        f" {mrr:7.3f} {first:6.3f} {recall:6.3f} {each:6.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
