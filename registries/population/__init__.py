"""The register of residents, households and dwellings (人口综合信息数据库)."""

from .service import DWELLING, HOUSEHOLD, RESIDENT

KINDS = (RESIDENT, HOUSEHOLD, DWELLING)
