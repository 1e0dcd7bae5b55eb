"""Where a record lies: the communities of its street with the point marked, drawn by the server."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy.orm import Session

from registries.areas import Area, within
from registries.references import AreaIndex

from ..charts import Point, Region, located, rings_of


def map_of(session: Session, areas: AreaIndex, area_path: str, point: Point | None, language: str) -> Markup:
    """A map for the page of a record; nothing where no point or no boundary is known."""
    street = areas.ancestor(area_path, "street") or areas.root()
    if point is None or street is None:
        return Markup("")
    rows = session.execute(
        sa.select(Area.name_zh, Area.name_en, Area.boundary)
        .where(within(Area.path, [street.path]), Area.valid_to.is_(None), Area.boundary.is_not(None))
        .where(Area.kind == ("community" if street.kind == "street" else "street"))
    )
    regions = [
        Region(row.name_zh if language == "zh" else row.name_en or row.name_zh, rings_of(row.boundary), "", None)
        for row in rows
    ]
    title = gettext("Where it lies: %(x)s, %(y)s (longitude, latitude)", x=f"{point[0]:.6f}", y=f"{point[1]:.6f}")
    return located(regions, point, title)
