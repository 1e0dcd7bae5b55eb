"""What an actor lends to a program is never more than what the actor may do at that moment."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from registries.access import ALLOWED, REGISTRIES, ROLES, Actor, Grant, Limits, console

PATHS = st.sampled_from(["", "0001.", "0001.0001.", "0001.0002.", "0001.0001.0003.", "0002."])
ACTIONS = sorted({action for kinds in ALLOWED.values() for actions in kinds.values() for action in actions})
GRANTS = st.builds(Grant, st.sampled_from(ROLES), PATHS, st.sampled_from([None, *REGISTRIES]))
LIMITS = st.builds(
    Limits, st.frozensets(st.sampled_from(ACTIONS)), st.frozensets(st.sampled_from(REGISTRIES)), PATHS,
)  # fmt: skip


@given(st.lists(GRANTS, max_size=4), LIMITS, st.sampled_from(ACTIONS), st.sampled_from(REGISTRIES), PATHS)
def test_a_program_may_exactly_what_its_owner_may_and_its_limits_name(grants, limits, action, registry, path):
    owner = Actor("owner", tuple(grants))
    program = Actor("owner", tuple(grants), limits=limits)
    named = action in limits.actions and registry in limits.registries and path.startswith(limits.area_path)
    assert program.may(action, registry, path) == (owner.may(action, registry, path) and named)


@given(LIMITS, st.sampled_from(ACTIONS), st.sampled_from(REGISTRIES), PATHS)
def test_limits_hold_for_who_may_do_everything_too(limits, action, registry, path):
    named = action in limits.actions and registry in limits.registries and path.startswith(limits.area_path)
    assert Actor("x", console=True, limits=limits).may(action, registry, path) == named
    assert console("x").may(action, registry, path)


@given(st.lists(GRANTS, max_size=4), LIMITS)
def test_a_program_holds_no_role(grants, limits):
    program = Actor("owner", tuple(grants), limits=limits)
    assert all(program.grants_of(role) == [] for role in ROLES)
