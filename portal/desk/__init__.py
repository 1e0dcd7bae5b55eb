"""The clerks' desk: lists, records, forms, families, buildings, what waits to be done."""

from . import (
    alike,
    building_views,
    bulk_views,
    check_views,
    editing,
    families,
    file_views,
    household_views,
    life_views,
    lists,
    merging_views,
    proposal_views,
    searching,
    showing_records,
    suggesting,
    transfer_views,
    work,
)
from .pages import pages

__all__ = [
    "alike", "building_views", "bulk_views", "check_views", "editing", "families", "file_views", "household_views",
    "life_views", "lists", "merging_views", "pages", "proposal_views", "searching", "showing_records", "suggesting",
    "transfer_views", "work",
]
