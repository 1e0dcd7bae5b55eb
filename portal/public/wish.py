"""What a resident asks of the search, as it stands in the address."""

from __future__ import annotations

from typing import Any

from registries.messages import N_
from search.engine import Query

from .blueprint import address, number_asked

PAGE = 20
LAST_PAGE = 50
LONGEST_QUERY = 100
#: What answers can be narrowed by besides their kind, with what it is called.
FACETS = {
    "category": N_("Category"), "promotion_category": N_("Field of safety"),
    "project_status": N_("Status of the project"), "subclass": N_("Kind of facility"), "street": N_("Street"),
}  # fmt: skip
#: What is searched, with what it is called.
KINDS = {
    "news": N_("Safety news"), "notice": N_("Notices"), "project": N_("Promotion projects"),
    "page": N_("Safety knowledge"), "facility": N_("Facilities"),
}  # fmt: skip
_SORTS = {"": "relevance", "date": "date"}


class Wish:
    """What was asked for, and the address of the same with something changed."""

    def __init__(self, asked: Any) -> None:
        self.text: str = asked.get("q", "").strip()[:LONGEST_QUERY]
        self.kind: str | None = asked.get("kind") if asked.get("kind") in KINDS else None
        self.filters: dict[str, list[str]] = {
            name: asked.getlist(name)[:20] for name in FACETS if asked.get(name)
        }
        self.sort: str = asked.get("sort") if asked.get("sort") in _SORTS else ""
        self.page: int = min(number_asked("page", 1, 10_000) or 1, LAST_PAGE)

    def __bool__(self) -> bool:
        return bool(self.text or self.filters or self.kind)

    def query(self, *, kinds: bool = True, limit: int = PAGE) -> Query:
        """The same as the index takes it; without ``kinds`` of all kinds, though one is asked for."""
        return Query(
            text=self.text, kinds=(self.kind,) if self.kind and kinds else tuple(KINDS), filters=self.filters,
            facets=("kind", *FACETS), sort=_SORTS[self.sort],
            offset=(self.page - 1) * PAGE if limit else 0, limit=limit,
        )

    def address(self, page: int = 1, **changed: Any) -> str:
        """The address of this search with something changed; the first page unless told."""
        parts = {
            "q": self.text, "kind": self.kind, **self.filters, "sort": self.sort, **changed,
            "page": page if page > 1 else None,
        }
        return address("search", **{name: value for name, value in parts.items() if value})
