"""How fast a page of results is: exact total, two facets, an area scope and the re-check of the hits shown.

    python tests/bench/search_speed.py [--engine whoosh|postgres|both] [--documents N] [--rounds N] [--keep]

Whoosh searches the real organisations of ``--orgs`` if that folder is there, PostgreSQL and whoever lacks
it made-up ones. The re-check asks a database table for the ids shown, as the site does. Each query is asked
once cold (the first round, postings unread) and then ``--rounds`` times.
"""

from __future__ import annotations

import argparse
import csv
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import tee
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from search.engine import Allowed, Document, Engine, Hit, Key, Query  # noqa: E402
from search.postgres_engine import PostgresEngine  # noqa: E402
from search.whoosh_engine import WhooshEngine  # noqa: E402

QUERIES = (
    "有限公司 批发", "批发", "有限公司", "锦州 建材", "沈阳 贸易有限公司", "超市", "安全", "消防器材",
    "保安服务", "商场", "五金交电化工", "汽车配件", "餐饮", "药店", "幼儿园", "化工原料", "食品",
    "房地产开发", "物业管理", "建筑工程有限公司", "印刷", "广告", "古塔区", "汉口街52号", "太和区 机械",
    "铁西区 物流", "医疗器械 销售", "1250", "912107001205231050", "baoan", "jzba", "shenyang", "电梯",
    "烟花爆竹", "危险化学品 批发", "煤炭", "安", "酒店 住宿", "锦州保安商场有限责任公司",
    "哪里可以买灭火器",
)  # fmt: skip

CITIES = (
    "锦州", "沈阳", "大连", "鞍山", "抚顺", "营口", "阜新", "辽阳", "盘锦", "铁岭",
)  # fmt: skip
DISTRICTS = (
    "古塔区", "凌河区", "太和区", "和平区", "铁西区", "皇姑区", "大东区", "浑南区", "义县", "北镇市",
)  # fmt: skip
TRADES = (
    "建材", "食品", "服装", "机械", "五金交电", "汽车配件", "餐饮", "药店", "超市", "化工原料", "物流",
    "印刷", "广告", "房地产开发", "物业管理", "建筑工程", "消防器材", "保安服务", "电梯", "医疗器械",
    "烟花爆竹", "危险化学品", "煤炭", "酒店", "幼儿园", "信息技术", "劳务", "农资", "家具", "粮油",
)  # fmt: skip
VERBS = (
    "销售", "批发", "零售", "安装", "维修", "生产", "加工", "咨询", "租赁", "运输", "仓储", "设计",
)  # fmt: skip
FORMS = (
    "有限公司", "有限公司", "有限公司", "有限责任公司", "商店", "经营部", "厂", "个体工商户",
)  # fmt: skip
BRANDS = "鑫源宏达恒瑞金盛华泰永兴安顺德隆天成万利嘉和庆丰北方新东海富康佳美广通大正明远博雅诚信"


def made_up(count: int, seed: int = 7) -> Iterator[Document]:
    """Organisations put together from words, with the skew of real ones: most are companies, few sell
    fireworks.
    """
    rnd = random.Random(seed)
    for _ in range(count):
        city, district = rnd.choice(CITIES), rnd.choice(DISTRICTS)
        trades = [TRADES[min(int(rnd.expovariate(0.14)), len(TRADES) - 1)] for _ in range(2)]
        brand = "".join(rnd.choices(BRANDS, k=rnd.choice((2, 2, 3))))
        scope = "、".join(t + rnd.choice(VERBS) for t in trades)
        address = f"{city}市{district}{rnd.choice(BRANDS)}{rnd.choice(BRANDS)}街{rnd.randrange(1, 300)}号"
        name = f"{city}{brand}{trades[0]}{rnd.choice(FORMS)}"
        yield organisation(rnd, name, f"{scope}\n{address}", f"9121{rnd.randrange(10**14):014d}")


def organisation(rnd: random.Random, name: str, text: str, code: str) -> Document:
    """A document as the organisation registry makes them, in one of 200 communities of 20 streets."""
    community = rnd.randrange(200)
    street = community // 10
    return Document(
        "organisation",
        str(UUID(int=rnd.getrandbits(128))),
        name,
        text=text,
        names=(name,),
        codes=(code,),
        area_path=f"0001.{street:04d}.{community:04d}.",
        audience="staff",
        facets={"street": f"street {street}", "industry": f"industry {min(int(rnd.expovariate(0.2)), 19)}"},
    )


def real(folder: Path) -> Iterator[Document]:
    """The organisations of the files enterprises_*.csv."""
    rnd = random.Random(7)
    for path in sorted(folder.glob("enterprises_*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                text = f"{row['经营范围']}\n{row['注册地址']}"
                yield organisation(rnd, row["企业名称"], text, row["统一社会信用代码"])


def check_in_sqlite(documents: Iterable[Document]) -> Allowed:
    """A re-check against a table of SQLite."""
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("CREATE TABLE record (id TEXT PRIMARY KEY) WITHOUT ROWID")
    database.executemany("INSERT INTO record VALUES (?)", ((d.id,) for d in documents))

    def allowed(hits: Sequence[Hit]) -> set[Key]:
        marks = ",".join("?" * len(hits))
        rows = database.execute(f"SELECT id FROM record WHERE id IN ({marks})", [hit.id for hit in hits])
        return {("organisation", row[0]) for row in rows}

    return allowed


def check_in_postgres(database: sa.Engine) -> Allowed:
    """A re-check against a table of PostgreSQL that holds every live document."""

    def allowed(hits: Sequence[Hit]) -> set[Key]:
        with database.connect() as connection:
            statement = sa.text("SELECT id FROM search.speed_bench_records WHERE id = ANY(:ids)")
            return {
                ("organisation", row[0])
                for row in connection.execute(statement, {"ids": [h.id for h in hits]})
            }

    return allowed


def measure(engine: Engine, allowed: Allowed, rounds: int, label: str) -> None:
    """Asks all queries and prints median, 95th percentile and worst, cold and warm."""
    engine.search(Query("", limit=1))
    for name, times in (("cold", 1), ("warm", rounds)):
        took: list[tuple[float, str, int]] = []
        for turn in range(times):
            for number, text in enumerate(QUERIES):
                scope = (f"0001.{(number + turn) % 20:04d}.",) if number % 2 else ("0001.",)
                query = Query(text, scopes=scope, facets=("street", "industry"), audience="staff")
                begun = time.perf_counter()
                result = engine.search(query, allowed)
                took.append((time.perf_counter() - begun, text, result.total))
        took.sort()
        share = [
            f"{took[min(int(len(took) * part), len(took) - 1)][0] * 1000:.1f}" for part in (0.5, 0.95, 1)
        ]
        slow = ", ".join(f"{text} ({total})" for _, text, total in took[-3:])
        print(
            f"{label:40} {name}: median {share[0]} ms, p95 {share[1]} ms, worst {share[2]} ms; slowest {slow}"
        )


def bench_whoosh(arguments: argparse.Namespace) -> None:
    """The embedded engine on real organisations."""
    found = real(arguments.orgs) if arguments.orgs.exists() else made_up(27_683)
    first, second = tee(found)
    with tempfile.TemporaryDirectory() as folder:
        engine = WhooshEngine(Path(folder))
        begun = time.perf_counter()
        engine.rebuild(first, {"organisations": 1})
        built = time.perf_counter() - begun
        measure(
            engine, check_in_sqlite(second), arguments.rounds, f"whoosh, {engine.count():,} organisations"
        )
        begun = time.perf_counter()
        engine.update(made_up(1, 99), [], {"organisations": 2})
        one = time.perf_counter() - begun
        engine.search(Query("批发"))
        print(f"  built in {built:.1f} s; one document {one * 1000:.0f} ms")
        engine.close()


def bench_postgres(arguments: argparse.Namespace) -> None:
    """The engine on PostgreSQL with many made-up organisations."""
    database = sa.create_engine(arguments.database)
    engine = PostgresEngine(database, "speed_bench")
    begun = time.perf_counter()
    if not arguments.reuse:
        engine.rebuild(made_up(arguments.documents), {"organisations": 1})
        with database.begin() as connection:
            connection.execute(sa.text("DROP TABLE IF EXISTS search.speed_bench_records"))
            build = connection.scalar(sa.text("SELECT build FROM search.indexes WHERE name = 'speed_bench'"))
            source = f"SELECT id FROM search.speed_bench_{build}_documents"
            connection.execute(sa.text(f"CREATE TABLE search.speed_bench_records AS {source}"))
            connection.execute(sa.text("ALTER TABLE search.speed_bench_records ADD PRIMARY KEY (id)"))
    built = time.perf_counter() - begun
    begun = time.perf_counter()
    count = engine.count()
    opened = time.perf_counter() - begun
    measure(
        engine, check_in_postgres(database), arguments.rounds, f"postgres, {count:,} made-up organisations"
    )
    begun = time.perf_counter()
    engine.update(made_up(1, 99), [], {"organisations": 2})
    one = time.perf_counter() - begun
    print(f"  built in {built:.1f} s; opened in {opened:.2f} s; one document {one * 1000:.0f} ms")
    if not arguments.keep:
        with database.begin() as connection:
            names = (
                "SELECT tablename FROM pg_tables"
                " WHERE schemaname = 'search' AND tablename LIKE 'speed_bench_%'"
            )
            for (table,) in connection.execute(sa.text(names)).all():
                connection.execute(sa.text(f"DROP TABLE search.{table}"))
            connection.execute(sa.text("DELETE FROM search.indexes WHERE name = 'speed_bench'"))


def main() -> None:
    """Runs the benches asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--engine", choices=("whoosh", "postgres", "both"), default="both")
    parser.add_argument("--orgs", type=Path, default=ROOT.parent / "shared/data/orgs")
    parser.add_argument("--database", default="postgresql+psycopg://postgres@127.0.0.1/postgres")
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", action="store_true", help="leave the index in the database")
    parser.add_argument("--reuse", action="store_true", help="measure the index that --keep left")
    arguments = parser.parse_args()
    if arguments.engine != "postgres":
        bench_whoosh(arguments)
    if arguments.engine != "whoosh":
        bench_postgres(arguments)


if __name__ == "__main__":
    main()
