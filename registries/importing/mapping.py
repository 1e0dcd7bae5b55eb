"""Which column of a file is which field: found by the headings, told by a mapping file, remembered per source.

A mapping file is JSON: ``{"columns": {heading: field or null}, "constants": {field: value}, "source_key": [headings],
"roc": true}``. ``null`` leaves a column out; headings that it does not name are found as usual; ``source_key`` names
the columns that identify a row at its source; ``roc`` says that years are counted from 1912 (民國).
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..chinese import fold
from ..crypto import open_sealed, seal
from ..db import Base, plain_text
from ..fields import RecordField
from ..masks import HIDDEN
from ..messages import N_, Problem, Refused
from ..schemas import RecordSchema

#: Headings of the columns that an export adds to the fields, and what they are called in the importer.
RECORD_ID, VERSION = "record_id", "version"
COMMON = {RECORD_ID: ("记录号", "Record id", "record_id"), VERSION: ("版本", "Version", "record_version")}
#: Words that are others, not other characters, where traditional script is written.
REGIONAL = (
    ("座标", "坐标"), ("联络", "联系"), ("连络", "联系"), ("行动电话", "移动电话"), ("型别", "类型"),
    ("资料来源", "数据来源"),
)
#: Under which name a remembered mapping holds its secret constants, and what stands in their place.
SEALED, MASK = "sealed", HIDDEN * 3
NO_RECORD = UUID(int=0)
#: How many headings of a file a message repeats.
MOST_SHOWN = 40
SOURCE_KEY_HEADINGS = frozenset(map(fold, ("id", "source_id", "objectid", "fid", "uuid", "数据编号", "来源编号")))


_BRACKETS = str.maketrans("[【〔［〖{｛]】〕］〗}｝", "(((((((" + ")))))))")


class LearntMapping(Base):
    """The mapping that a source's files of a kind were last read with."""

    __tablename__ = "import_mapping"
    __table_args__ = {"schema": "network"}

    source: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    kind: Mapped[str] = mapped_column(plain_text(40), primary_key=True)
    mapping: Mapped[dict[str, Any]] = mapped_column(sa.JSON)


@dataclass(frozen=True)
class ColumnMapping:
    """How the columns of one file are read; ``secret`` names the constants that no table may hold in clear."""

    columns: Mapping[str, str | None] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict, repr=False)
    source_key: Sequence[str] = ()
    roc: bool | None = None
    secret: Sequence[str] = ()

    def as_json(self) -> dict[str, Any]:
        """The mapping as the database keeps it: a mask stands for each secret constant."""
        told = asdict(self)
        secret = told.pop("secret")
        told["constants"] = {name: MASK if name in secret else value for name, value in self.constants.items()}
        return told

    def unread(self, headings: Iterable[str]) -> list[str]:
        """The headings that no field is read from."""
        return [heading for heading in headings if not self.columns.get(heading) and heading not in self.source_key]


def read_file(path: Path, schema: RecordSchema) -> ColumnMapping:
    """A mapping file.

    :raises Refused: it is not such a file, or names a field that the kind does not have.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
        mapping = ColumnMapping(
            dict(told.get("columns", {})), dict(told.get("constants", {})), tuple(told.get("source_key", ())),
            told.get("roc"), _secret(schema, told.get("constants", {})),
        )
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise Refused(Problem(
            N_("The mapping file “%(name)s” cannot be read: %(reason)s."), N_("Write it as JSON with “columns”."),
            name=path.name, reason=str(error),
        )) from error
    _require_known(path.name, schema, [*mapping.columns.values(), *mapping.constants])
    return mapping


def _secret(schema: RecordSchema, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in schema.plan and schema.plan[name].sealed)


def _require_known(name: str, schema: RecordSchema, names: Iterable[str | None]) -> None:
    known = {*schema.plan, *COMMON}
    unknown = sorted({field for field in names if field and field not in known})
    if unknown:
        raise Refused(Problem(
            N_("The mapping “%(name)s” names unknown fields: %(fields)s."), N_("The fields are: %(known)s."),
            name=name, fields=unknown, known=sorted(known),
        ))


def with_constants(
    told: ColumnMapping | None, schema: RecordSchema, constants: Mapping[str, str]
) -> ColumnMapping | None:
    """The mapping with further values that all rows have.

    :raises Refused: a field is unknown.
    """
    if not constants:
        return told
    _require_known("; ".join(constants), schema, constants)
    told = told or ColumnMapping()
    return replace(told, constants={**told.constants, **constants})


def complete(schema: RecordSchema, headings: Sequence[str], told: ColumnMapping | None = None) -> ColumnMapping:
    """A mapping for all headings: what is told, and for the others what their wording says.

    :raises Refused: a required field has no column.
    """
    mapping = propose(schema, headings, told)
    _require(schema, headings, mapping)
    return mapping


def propose(schema: RecordSchema, headings: Sequence[str], told: ColumnMapping | None = None) -> ColumnMapping:
    """Like `complete`, for somebody to look at: required fields may still lack a column."""
    told = told or ColumnMapping()
    words = _words(schema)
    columns: dict[str, str | None] = {}
    by_key = {heading_key(heading): name for heading, name in told.columns.items()}
    for heading in headings:
        key = heading_key(heading)
        columns[heading] = by_key[key] if key in by_key else _find(words, heading)
    source_key = _told_key(headings, told) or tuple(
        heading for heading in headings
        if columns[heading] is None and heading_key(heading) not in by_key and fold(heading) in SOURCE_KEY_HEADINGS
    )[:1]
    return ColumnMapping(columns, told.constants, source_key, told.roc, _secret(schema, told.constants))


def heading_key(heading: str) -> str:
    """What two spellings of a heading have in common: no width, script, case, space, and one kind of brackets."""
    return fold(heading).translate(_BRACKETS)


def _told_key(headings: Sequence[str], told: ColumnMapping) -> tuple[str, ...]:
    """The headings that identify a row, as this file writes them; none if it has none of them.

    :raises Refused: it has some of them, so that rows would be taken for each other.
    """
    written = {heading_key(heading): heading for heading in reversed(headings)}
    lacking = [heading for heading in told.source_key if heading_key(heading) not in written]
    if len(lacking) == len(told.source_key):
        return ()
    if lacking:
        raise Refused(Problem(
            N_("The file has no column “%(headings)s”, by which its rows are told apart."),
            N_("Correct “source_key” in the mapping file."), headings="、".join(lacking),
        ))  # fmt: skip
    return tuple(written[heading_key(heading)] for heading in told.source_key)


def known_headings(schema: RecordSchema, told: ColumnMapping | None = None) -> set[str]:
    """All headings that a file of the kind may have, which help to find the row that they stand in."""
    words = {word for name, item in schema.plan.items() for word in (name, item.label, *item.headings)}
    words.update(heading for headings in COMMON.values() for heading in headings)
    return words | (set(told.columns) | set(told.source_key) if told else set())


def _words(schema: RecordSchema) -> dict[str, str]:
    words: dict[str, str] = {}
    for name, item in schema.plan.items():
        for word in (name, item.label, *item.headings):
            words.setdefault(fold(word), name)
    for name, headings in COMMON.items():
        words.update({fold(heading): name for heading in headings})
    return words


def _find(words: Mapping[str, str], heading: str) -> str | None:
    bare = re.sub(r"[（(【\[].*?[）)】\]]|[*＊:：]|必填|选填", "", heading)
    for wording in (heading, bare, *re.split(r"[/／|、\n]", bare)):
        folded = fold(wording)
        found = words.get(folded) or words.get(_mainland(folded)) if folded else None
        if found:
            return found
    return None


def _mainland(folded: str) -> str:
    for word, said in REGIONAL:
        folded = folded.replace(word, said)
    return folded


def lacking(schema: RecordSchema, mapping: ColumnMapping) -> list[tuple[str, ...]]:
    """The required fields that no column and no constant gives: each alone, or several of which one is enough."""
    given = {*mapping.columns.values(), *mapping.constants}
    if RECORD_ID in given:
        return []
    required = [(name,) for name, item in schema.plan.items() if item.required and not item.computed]
    return [group for group in (*required, *schema.one_of) if not given & set(group)]


def _require(schema: RecordSchema, headings: Sequence[str], mapping: ColumnMapping) -> None:
    wanted: list[str] = [
        _called(schema.plan[group[0]]) if len(group) == 1 else
        Problem(N_("%(fields)s (one of them)"), fields=[_called(schema.plan[name]) for name in group])
        for group in lacking(schema, mapping)
    ]
    if wanted:
        raise Refused(Problem(
            N_("The file has no column for: %(fields)s. Its headings are: %(headings)s."),
            N_("Name the column so, or tell in a mapping file which column it is, or which value all rows have."),
            fields=wanted, headings=[heading[:40] for heading in headings if heading][:MOST_SHOWN],
        ))


def _called(item: RecordField) -> str:
    return item.headings[0] if item.headings else Problem(item.label)


def shown(row: LearntMapping) -> ColumnMapping:
    """A remembered mapping as it may be shown: a mask stands for each secret constant."""
    return ColumnMapping(**{name: value for name, value in row.mapping.items() if name != SEALED})


def learnt(session: Session, source: str, kind: str) -> ColumnMapping | None:
    """The mapping remembered for a source."""
    row = session.get(LearntMapping, (source, kind))
    if row is None:
        return None
    told, data = shown(row), row.mapping.get(SEALED)
    if data is None:
        return told
    text = open_sealed(session.info["keys"], *place(source, kind), base64.b64decode(data))
    secret = json.loads(text)
    return replace(told, constants={**told.constants, **secret}, secret=tuple(secret))


def learn(session: Session, source: str, kind: str, mapping: ColumnMapping) -> None:
    """Remember the mapping that was told for a source; its secret constants are sealed."""
    told = mapping.as_json()
    if mapping.secret:
        text = json.dumps({name: mapping.constants[name] for name in mapping.secret}, ensure_ascii=False)
        sealed = seal(session.info["keys"], *place(source, kind), text)
        told[SEALED] = base64.b64encode(sealed).decode()
    session.merge(LearntMapping(source=source, kind=kind, mapping=told))


def place(source: str, kind: str) -> tuple[str, str, UUID]:
    """For what the constants of a remembered mapping are sealed."""
    return "import_mapping", f"{source}|{kind}", NO_RECORD
