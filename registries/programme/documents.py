"""What can be found of promotion projects: the edition that residents read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from ..findable import PUBLIC, STAFF, Findable, code_words, facets, words
from ..references import References


def project_documents(items: Iterable[Any], references: References) -> Iterator[Findable]:
    """A public document for each published project, one for the staff for the others."""
    for item in items:
        values = item.values
        edition = values["edition"]
        told = edition or values
        named = [str(year) for year in years(told.get("year_from"), told.get("year_to"))]
        yield Findable(
            kind=item.kind, id=item.id, title=told["title"], audience=PUBLIC if edition else STAFF,
            area_path=item.area_path, names=(told["title"],),
            text=words(
                told.get("title_en"), told.get("summary"), told.get("target_group"), told.get("lead_unit"),
                told.get("partner_units"), told.get("place"), told.get("goal"), told.get("problem"),
                told.get("evaluation"), told.get("summary_en"), told.get("target_group_en"),
                *(row["text"] for row in told.get("measures") or ()),
                code_words(references, "promotion_category", told.get("category")),
            ),
            date=date.fromisoformat(edition["dated_on"]) if edition and edition.get("dated_on") else values["dated_on"],
            visible_from=values["public_from"] if edition else None,
            visible_to=values["public_to"] if edition else None,
            facets=facets(
                promotion_category=told.get("category"), project_status=told.get("status"),
                project_target=told.get("target_kind"), year=named, edition_state=values["edition_state"],
            ),
        )  # fmt: skip


def years(first: int | None, last: int | None) -> range:
    """The years in which a project runs; of an end far off only the first thirty."""
    start = first or last
    return range(start, min((last or start), start + 30) + 1) if start else range(0)
