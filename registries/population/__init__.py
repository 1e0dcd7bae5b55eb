"""The population registry: residents, households, dwellings."""

from .service import DWELLING, HOUSEHOLD, RESIDENT, dwellings, households, residents

KINDS = (RESIDENT, HOUSEHOLD, DWELLING)
RECORDS = (residents, households, dwellings)
