"""What can be found of articles: the edition that people read, as long as it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from registries.findable import PUBLIC, STAFF, Findable, code_words, facets, words
from registries.references import References

from . import cleaning

SCHEMES = {"news": "news_category", "notice": "notice_category", "page": "page_category"}


def article_documents(items: Iterable[Any], references: References) -> Iterator[Findable]:
    """A public document for each published article, one for the staff for the others."""
    for item in items:
        values = item.values
        edition = values["edition"]
        told = edition or {**values, "dated_on": values["dated_on"] and values["dated_on"].isoformat()}
        yield Findable(
            kind=item.kind, id=item.id, title=told["title"], audience=PUBLIC if edition else STAFF,
            area_path=item.area_path,
            names=tuple(filter(None, (told["title"],))),
            codes=tuple(filter(None, (told.get("document_number"),))),
            text=words(
                told.get("title_en"), told.get("summary"), cleaning.plain(told.get("body")), told.get("origin"),
                told.get("unit"), told.get("issuer"), told.get("summary_en"), cleaning.plain(told.get("body_en")),
                code_words(references, SCHEMES[item.kind], told.get("category")),
            ),
            date=date.fromisoformat(told["dated_on"]) if told.get("dated_on") else None,
            visible_from=values["public_from"] if edition else None,
            visible_to=values["public_to"] if edition else None,
            facets=facets(category=told.get("category"), edition_state=values["edition_state"]),
        )  # fmt: skip
