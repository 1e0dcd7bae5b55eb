"""Every page that can be opened with an address alone, for whom; ``{kind}`` stands for the id of a record."""

from __future__ import annotations

KINDS = ("resident", "household", "dwelling", "organisation", "facility", "place")

#: (who, address): what staff open.
STAFF: tuple[tuple[str, str], ...] = (
    ("clerk", "/desk/"), ("clerk", "/desk/search?q=王"), ("clerk", "/desk/search?q=绝无此物"),
    ("clerk", "/desk/duplicates"), ("clerk", "/desk/transfers"), ("clerk", "/desk/proposals"),
    *((role, f"/desk/{kind}/") for role, kind in zip(("clerk", "grid_worker") * 3, KINDS, strict=True)),
    *(("clerk", f"/desk/{kind}/?counts=1") for kind in ("resident", "organisation")),
    *(("clerk", f"/desk/{kind}/{{{kind}}}") for kind in KINDS),
    *(("clerk", f"/desk/{kind}/{{{kind}}}/edit") for kind in KINDS),
    *(("clerk", f"/desk/{kind}/new") for kind in KINDS),
    ("clerk", "/desk/resident/{resident}/history"), ("clerk", "/desk/resident/{resident}/retire"),
    ("clerk", "/desk/resident/{resident}/event"), ("clerk", "/desk/household/register"),
    ("clerk", "/desk/household/{household}/move"), ("clerk", "/desk/household/{household}/split"),
    ("clerk", "/desk/place/{place}/rooms"), ("grid_worker", "/desk/facility/{facility}/check"),
    ("grid_worker", "/desk/resident/{resident}/propose"), ("clerk", "/desk/resident/?sex=1&sort=-name"),
    ("clerk", "/desk/resident/?name=绝无此人"), ("clerk", "/desk/nothing/"),
)  # fmt: skip
#: What everybody may open.
PUBLIC: tuple[str, ...] = ("/", "/search", "/search?q=避难", "/search?q=绝无此物", "/login", "/nowhere")
