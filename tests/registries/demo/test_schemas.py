"""The district against the schemas of the registries: what is invented must be what they would take."""

import itertools
from uuid import NAMESPACE_URL, uuid5

import pytest

from registries import code_files
from registries.facilities.place_schemas import PlaceSchema
from registries.facilities.schemas import FacilitySchema
from registries.organisations.schemas import OrganisationSchema
from registries.population.homes import DwellingSchema, HouseholdSchema
from registries.population.schemas import ResidentSchema
from registries.references import AreaEntry, AreaIndex, CodeEntry, CodeList, References

SCHEMAS = {
    "residents": ResidentSchema,
    "households": HouseholdSchema,
    "dwellings": DwellingSchema,
    "organisations": OrganisationSchema,
    "facilities": FacilitySchema,
    "places": PlaceSchema,
}
# What only tells the loader where a record stands or whom it works for.
BESIDE_THE_SCHEMA = {"employer_id"}


def id_of(key):
    return uuid5(NAMESPACE_URL, key)


@pytest.fixture(scope="module")
def references(district):
    schemes, paths, areas = {}, {None: ""}, []
    for entry in code_files.read_all():
        code = CodeEntry(entry.code, entry.name_zh, entry.name_en, entry.parent or None, entry.extra)
        schemes.setdefault(entry.scheme, []).append((code, entry.synonyms))
    for number, area in enumerate(district.areas()):
        paths[area["key"]] = path = f"{paths[area['parent_key']]}{number:04d}"
        parent = id_of(area["parent_key"]) if area["parent_key"] else None
        names = area["name_zh"], area["name_en"]
        areas.append(AreaEntry(id_of(area["key"]), area["code"], area["kind"], *names, path, parent))
    lists = {scheme: CodeList(scheme, entries) for scheme, entries in schemes.items()}
    return References(lists, AreaIndex(areas))


def linked(record):
    """The record as a loader gives it to a service: keys of other records become their ids."""
    found = {}
    for name, value in record.items():
        if name.endswith(("_key", "area_code")):
            found[name.removesuffix("_key").removesuffix("_code") + "_id"] = id_of(value) if value else None
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            found[name] = [linked(part) for part in value]
        elif name != "key":
            found[name] = value
    return found


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_record_is_taken_without_error_or_warning(kind, district, references):
    schema = SCHEMAS[kind](references)
    for record in itertools.islice(getattr(district, kind)(), 1_500):
        values = linked(record)
        assert values.keys() - schema.fields.keys() <= BESIDE_THE_SCHEMA
        checked = schema.check(values)
        assert (checked.errors, checked.warnings) == ({}, {}), record["key"]
