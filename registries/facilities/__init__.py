"""The register of the environment and of municipal facilities (环境和市政设施数据库)."""

from .service import FACILITY, PLACE

KINDS = (FACILITY, PLACE)
