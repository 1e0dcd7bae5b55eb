"""The tables of the PostgreSQL engine and every statement on them.

``search.indexes`` names, for each index, the build in use; each build has tables of its own, so that a
rebuild is seen by nobody until it is swapped in. The tables belong to the index alone: no model, no
migration knows them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import sqlalchemy as sa

from .engine import IndexDamaged
from .snapshot import Numbers

MAKE = """
CREATE TABLE {t}_segments (id serial PRIMARY KEY, start int NOT NULL, count int NOT NULL);
CREATE TABLE {t}_values (number int PRIMARY KEY, value text NOT NULL);
CREATE TABLE {t}_columns (segment int NOT NULL, name text NOT NULL, data bytea NOT NULL,
    PRIMARY KEY (segment, name));
CREATE TABLE {t}_documents (number int PRIMARY KEY, kind text NOT NULL, id text NOT NULL, title text NOT NULL,
    text text NOT NULL, dead_since bigint);
CREATE INDEX ON {t}_documents (kind, id) WHERE dead_since IS NULL;
CREATE INDEX ON {t}_documents (dead_since) WHERE dead_since IS NOT NULL;
CREATE TABLE {t}_postings (term text COLLATE "C" NOT NULL, segment int NOT NULL, count int NOT NULL,
    numbers bytea NOT NULL, times bytea NOT NULL, PRIMARY KEY (term, segment));
ALTER TABLE {t}_columns ALTER data SET STORAGE EXTERNAL;
ALTER TABLE {t}_postings ALTER numbers SET STORAGE EXTERNAL, ALTER times SET STORAGE EXTERNAL;
"""
PARTS = ("segments", "values", "columns", "documents", "postings")
DEADLOCK = "40P01"
"""What PostgreSQL calls two that wait for each other, of whom it let the other go on."""


def create_schema(connection: sa.Connection, name: str) -> None:
    """Makes the schema and the list of indexes if missing, and keeps other rebuilds of this index waiting."""
    connection.execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtext('search'), hashtext(:name))"), {"name": name}
    )
    connection.execute(sa.text("CREATE SCHEMA IF NOT EXISTS search"))
    connection.execute(
        sa.text(
            "CREATE TABLE IF NOT EXISTS search.indexes (name text PRIMARY KEY, version int NOT NULL,"
            " build bigint NOT NULL, commit_number bigint NOT NULL, positions jsonb NOT NULL)"
        )
    )


@contextmanager
def damage_told(connection: sa.Connection) -> Iterator[None]:
    """Turns missing tables and columns into `IndexDamaged`; a database out of reach stays what it is.

    So is a deadlock: only who drops the schema locks its tables in another order than a search reads them.
    """
    driver: Any = connection.dialect.dbapi
    try:
        yield
    except (sa.exc.OperationalError, driver.OperationalError) as error:
        if getattr(getattr(error, "orig", error), "sqlstate", None) != DEADLOCK:
            raise
        raise IndexDamaged(f"{type(error).__name__}: {error}") from error
    except (sa.exc.ProgrammingError, sa.exc.DataError, driver.ProgrammingError, driver.DataError) as error:
        raise IndexDamaged(f"{type(error).__name__}: {error}") from error


class Tables:
    """The tables of one build of one index."""

    def __init__(self, name: str, build: int) -> None:
        self.name, self.build = name, build
        self.t = f"search.{name}_{build}"

    def _run(self, connection: sa.Connection, statement: str, **values: Any) -> Any:
        with damage_told(connection):
            return connection.execute(sa.text(statement.format(t=self.t)), values)

    # The list of indexes

    @staticmethod
    def head(connection: sa.Connection, name: str, lock: bool = False) -> Any:
        """The entry of an index, or None; locked against other updates if told."""
        statement = "SELECT version, build, commit_number, positions FROM search.indexes WHERE name = :name"
        with damage_told(connection):
            found = connection.execute(sa.text(statement + (" FOR UPDATE" if lock else "")), {"name": name})
            return found.one_or_none()

    @staticmethod
    def advance(connection: sa.Connection, name: str, positions: Mapping[str, int]) -> None:
        """Counts a commit and stores the positions reached."""
        connection.execute(
            sa.text(
                "UPDATE search.indexes SET commit_number = commit_number + 1,"
                " positions = CAST(:positions AS jsonb) WHERE name = :name"
            ),
            {"name": name, "positions": json.dumps(dict(positions))},
        )

    @staticmethod
    def next_build() -> int:
        """The number of a new build: the time, so that it never returns, even if the schema is dropped."""
        return time.time_ns() // 1_000_000

    def create(self, connection: sa.Connection) -> None:
        """Makes the tables of this build."""
        self.drop(connection)
        for statement in filter(str.strip, MAKE.split(";")):
            self._run(connection, statement)

    def drop(self, connection: sa.Connection) -> None:
        """Drops the tables of this build."""
        for part in PARTS:
            self._run(connection, f"DROP TABLE IF EXISTS {{t}}_{part}")

    def swap_in(self, connection: sa.Connection, version: int, positions: Mapping[str, int]) -> None:
        """Makes this build the one in use and drops the one before.

        Every search reads the list of indexes first. So the list is taken alone before any table is dropped: a search
        in the middle of its tables would otherwise wait for this one, and this one for it.
        """
        for part in PARTS:
            self._run(connection, f"ANALYZE {{t}}_{part}")
        connection.execute(sa.text("LOCK TABLE search.indexes IN ACCESS EXCLUSIVE MODE"))
        old = self.head(connection, self.name, lock=True)
        connection.execute(
            sa.text(
                "INSERT INTO search.indexes VALUES (:name, :version, :build, 0, CAST(:positions AS jsonb))"
                " ON CONFLICT (name) DO UPDATE SET version = excluded.version, build = excluded.build,"
                " commit_number = 0, positions = excluded.positions"
            ),
            {
                "name": self.name,
                "version": version,
                "build": self.build,
                "positions": json.dumps(dict(positions)),
            },
        )
        if old is not None:
            Tables(self.name, old.build).drop(connection)

    # Adding

    def next_number(self, connection: sa.Connection) -> int:
        """The number of the next document."""
        return int(
            self._run(connection, "SELECT coalesce(max(start + count), 0) FROM {t}_segments").scalar_one()
        )

    def add_segment(self, connection: sa.Connection, start: int, count: int) -> int:
        """Adds a segment, returns its id."""
        statement = "INSERT INTO {t}_segments (start, count) VALUES (:start, :count) RETURNING id"
        return int(self._run(connection, statement, start=start, count=count).scalar_one())

    def add_values(self, connection: sa.Connection, rows: Sequence[tuple[int, str]]) -> None:
        """Stores newly numbered values."""
        self._copy(connection, "{t}_values (number, value)", ("int4", "text"), rows)

    def add_columns(self, connection: sa.Connection, segment: int, columns: Mapping[str, bytes]) -> None:
        """Stores the packed columns of a segment."""
        for name, data in columns.items():
            statement = "INSERT INTO {t}_columns VALUES (:segment, :name, :data)"
            self._run(connection, statement, segment=segment, name=name, data=data)

    def add_documents(self, connection: sa.Connection, rows: Iterable[tuple[Any, ...]]) -> None:
        """Stores what is shown of documents."""
        kinds = ("int4", "text", "text", "text", "text")
        clean = ((row[0], *(text.replace("\0", "") for text in row[1:])) for row in rows)
        self._copy(connection, "{t}_documents (number, kind, id, title, text)", kinds, clean)

    def add_postings(self, connection: sa.Connection, rows: Iterable[tuple[Any, ...]]) -> None:
        """Stores postings of one segment."""
        kinds = ("text", "int4", "int4", "bytea", "bytea")
        self._copy(connection, "{t}_postings (term, segment, count, numbers, times)", kinds, rows)

    def _copy(
        self, connection: sa.Connection, target: str, kinds: Sequence[str], rows: Iterable[tuple[Any, ...]]
    ) -> None:
        driver: Any = connection.connection.driver_connection
        statement = f"COPY {target.format(t=self.t)} FROM STDIN (FORMAT BINARY)"
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(kinds)
            for row in rows:
                copy.write_row(row)

    def bury(self, connection: sa.Connection, keys: Iterable[tuple[str, str]], commit_number: int) -> None:
        """Marks the live documents of these keys as dead since a commit."""
        kinds, ids = zip(*sorted(keys), strict=True) if (keys := list(keys)) else ((), ())
        self._run(
            connection,
            "UPDATE {t}_documents d SET dead_since = :commit_number FROM unnest(CAST(:kinds AS text[]),"
            " CAST(:ids AS text[])) AS k(kind, id)"
            " WHERE d.kind = k.kind AND d.id = k.id AND d.dead_since IS NULL",
            commit_number=commit_number,
            kinds=list(kinds),
            ids=list(ids),
        )

    def merge(self, connection: sa.Connection, segments: Sequence[Any], columns: Mapping[str, bytes]) -> None:
        """Makes one segment of neighbouring ones: the packed postings are strung together."""
        old = [segment.id for segment in segments]
        new = self.add_segment(connection, segments[0].start, sum(segment.count for segment in segments))
        self._run(
            connection,
            "INSERT INTO {t}_postings SELECT term, :new, sum(count),"
            " string_agg(numbers, '' ORDER BY segment), string_agg(times, '' ORDER BY segment)"
            " FROM {t}_postings WHERE segment = ANY(:old) GROUP BY term",
            new=new,
            old=old,
        )
        for part, column in (("postings", "segment"), ("columns", "segment"), ("segments", "id")):
            self._run(connection, f"DELETE FROM {{t}}_{part} WHERE {column} = ANY(:old)", old=old)
        self.add_columns(connection, new, columns)

    # Reading

    def segments(self, connection: sa.Connection) -> Sequence[Any]:
        """Id, start and count of the segments, in the order of their documents."""
        return self._run(connection, "SELECT id, start, count FROM {t}_segments ORDER BY start").all()

    def columns(self, connection: sa.Connection, segment: int) -> dict[str, bytes]:
        """The packed columns of a segment."""
        rows = self._run(connection, "SELECT name, data FROM {t}_columns WHERE segment = :s", s=segment)
        return {name: bytes(data) for name, data in rows}

    def values_from(self, connection: sa.Connection, number: int) -> Sequence[Any]:
        """Values numbered from ``number`` on, in order."""
        statement = "SELECT number, value FROM {t}_values WHERE number >= :number ORDER BY number"
        return self._run(connection, statement, number=number).all()

    def dead(self, connection: sa.Connection, since: int, first: int = 0, end: int = 2**31 - 1) -> Numbers:
        """Documents that died after a commit, of those numbered from ``first`` to before ``end``."""
        rows = self._run(
            connection,
            "SELECT number FROM {t}_documents"
            " WHERE dead_since > :since AND number >= :first AND number < :end",
            since=since,
            first=first,
            end=end,
        )
        return np.array([row[0] for row in rows], np.int32)

    def frequencies(self, connection: sa.Connection, terms: Sequence[str]) -> list[tuple[str, int]]:
        """In how many documents terms stand."""
        statement = "SELECT term, sum(count) FROM {t}_postings WHERE term = ANY(:terms) GROUP BY term"
        return [(term, int(count)) for term, count in self._run(connection, statement, terms=list(terms))]

    def postings(self, connection: sa.Connection, terms: Sequence[str]) -> Sequence[Any]:
        """Term, segment, packed numbers and packed frequencies, of all segments."""
        driver: Any = connection.connection.driver_connection
        with damage_told(connection), driver.cursor(binary=True) as cursor:
            cursor.execute(
                f"SELECT term, segment, numbers, times FROM {self.t}_postings WHERE term = ANY(%s)",
                (list(terms),),
            )
            rows: Sequence[Any] = cursor.fetchall()
            return rows

    def terms_from(self, connection: sa.Connection, prefix: str, limit: int) -> list[str]:
        """Terms that begin so, in the order of their bytes."""
        statement = (
            "SELECT DISTINCT term FROM {t}_postings WHERE term >= :first AND term < :last"
            " ORDER BY term LIMIT :most"
        )
        rows = self._run(connection, statement, first=prefix, last=prefix + "\U0010ffff", most=limit)
        return [row[0] for row in rows]

    def shown(
        self, connection: sa.Connection, numbers: Sequence[int]
    ) -> dict[int, tuple[str, str, str, str]]:
        """Kind, id, title and text of documents by number."""
        statement = "SELECT number, kind, id, title, text FROM {t}_documents WHERE number = ANY(:numbers)"
        return {
            row[0]: (row[1], row[2], row[3], row[4])
            for row in self._run(connection, statement, numbers=numbers)
        }

    def problem(self, connection: sa.Connection) -> str | None:
        """The first thing that does not fit, in words for the log."""
        questions = {
            "a posting list has the wrong length": "SELECT 1 FROM {t}_postings"
            " WHERE octet_length(numbers) <> 4 * count OR octet_length(times) <> count LIMIT 1",
            "postings of an unknown segment": "SELECT 1 FROM {t}_postings p"
            " LEFT JOIN {t}_segments s ON s.id = p.segment WHERE s.id IS NULL LIMIT 1",
            "documents are missing or too many": "SELECT 1 WHERE (SELECT count(*) FROM {t}_documents)"
            " <> (SELECT coalesce(sum(count), 0) FROM {t}_segments)",
            "a document is live twice": "SELECT 1 FROM {t}_documents WHERE dead_since IS NULL"
            " GROUP BY kind, id HAVING count(*) > 1 LIMIT 1",
        }
        for problem, question in questions.items():
            if self._run(connection, question).first():
                return problem
        return None
