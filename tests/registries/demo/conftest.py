from datetime import date

import pytest

from registries.demo.district import District

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="session")
def district() -> District:
    return District(seed=7, residents=6_000, organisations=500, facilities=1_200, today=TODAY)


@pytest.fixture(scope="session")
def people(district):
    return list(district.residents())


@pytest.fixture(scope="session")
def areas(district):
    return {area["key"]: area for area in district.areas()}


@pytest.fixture(scope="session")
def places(district):
    return {place["key"]: place for place in district.places()}
