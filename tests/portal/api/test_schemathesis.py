"""The interface answers whatever can be sent as its description says: made-up requests, good and bad, at every address.

A few for each operation as one role in every run; many, with the boundary of every field, for each role in a full one.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.config import (
    ChecksConfig,
    GenerationConfig,
    PositiveDataAcceptanceConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.config._checks import NEGATIVE_DATA_REJECTION_EXPECTED_STATUSES as REFUSED
from schemathesis.config._checks import NegativeDataRejectionConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

import app
from portal.api import answers, network
from registries.access import ROLES
from tests.portal.api.conftest import Program, make_program, writer_of
from tests.site import Site

USUAL = settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
THOROUGH = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
GROUPS = [*app.catalogue(), "shared", "imports"]
#: What a rule over several values, a stale version or a value held elsewhere answers to well-formed data.
RULES = ["2xx", "3xx", "403", "404", "409", "412", "422", "429"]


def described(site: Site) -> Any:
    """The description as the tool reads it, with ids and versions of records that are there mixed in."""
    checks = ChecksConfig(
        positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=RULES),
        # Which version is meant is looked at before what is to be written over it; a text far too long is not read.
        negative_data_rejection=NegativeDataRejectionConfig(expected_statuses=[*REFUSED, "412", "413"]),
    )
    project = ProjectConfig(
        checks=checks, generation=GenerationConfig(with_security_parameters=False),
    )  # fmt: skip
    config = SchemathesisConfig(projects=ProjectsConfig(default=project))
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", site.app, config=config)

    @schema.hook
    def map_path_parameters(context: Any, path_parameters: Any) -> Any:
        told = (path_parameters or {}).get("record_id")
        kind = context.operation.path.split("/")[3]
        known = [str(one) for one in site.records.get(kind, ())]
        if known and isinstance(told, str) and told[-1:] in "02468ace":
            return {**path_parameters, "record_id": known[len(told) % len(known)]}
        return path_parameters

    return schema


def requests(site: Site, program: Program, group: str, profile: settings) -> list[str]:
    """Send made-up requests, good and bad, to every operation of a group; what was not answered as described."""
    failures = []
    for result in described(site).include(tag=group).get_all_operations():
        operation = result.ok()
        modes = MODES if takes_anything(operation) else MODES[:1]
        made_up = [operation.as_strategy(generation_mode=mode) for mode in modes]
        for strategy in [*operation.get_strategies_from_examples(), *made_up]:

            @seed(1)
            @profile
            @given(strategy)
            def ask(case: schemathesis.Case) -> None:
                # What the tool makes up for a token is not one.
                case.headers.pop("Authorization", None)
                case.call_and_validate(headers={"Authorization": f"Bearer {program.token}"})

            try:
                ask()
            except FailureGroup as found:
                failures += [f"{operation.label}: {one}" for one in found.exceptions]
            except Unsatisfiable:
                # Every text is a good one for all that can be sent.
                assert strategy is made_up[-1]
    return failures


def takes_anything(operation: Any) -> bool:
    """Whether there is something to send that could be wrong."""
    return bool(list(operation.iter_parameters()) or operation.body)


@pytest.mark.parametrize("group", GROUPS)
def test_every_operation_answers_as_it_is_described(live, group):
    failures = requests(live, make_program(live, writer_of(group)), group, USUAL)
    assert not failures, "\n\n".join(failures)


@pytest.mark.full
@pytest.mark.parametrize("group", GROUPS)
@pytest.mark.parametrize("role", ROLES)
def test_every_operation_answers_every_role_as_it_is_described(live, role, group):
    failures = requests(live, make_program(live, role, "000101001"), group, THOROUGH)
    assert not failures, "\n\n".join(failures)


def test_a_planted_mistake_is_found(live, monkeypatch):
    monkeypatch.setattr(answers, "record", lambda *_: {"kind": "place", "id": "no id", "version": "1"})
    found = "\n".join(requests(live, make_program(live), "place", USUAL))
    assert "Response violates schema" in found


def test_a_planted_crash_is_found(live, monkeypatch):
    def crash(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(network, "_area", crash)
    with pytest.raises(ZeroDivisionError):
        requests(live, make_program(live), "shared", USUAL)
