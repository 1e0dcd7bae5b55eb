"""The register of social units (社会单位综合信息数据库)."""

from .service import ORGANISATION

KINDS = (ORGANISATION,)
