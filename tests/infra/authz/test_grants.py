"""The compiled role policy: as Casbin answers, and fast."""

import itertools
import timeit
from uuid import UUID, uuid4

import casbin
import pytest
from casbin.util import key_match_func
from hypothesis import given, settings
from hypothesis import strategies as st

from ctorendang.domains.projects.permissions import ProjectPermission
from ctorendang.infra.auth.actor import Actor
from ctorendang.infra.authz.policy import compile_grants, load_enforcer
from ctorendang.infra.errors import Forbidden, SignInRequired
from ctorendang.registry import DOMAINS
from tests.architecture.sources import REPOSITORY

PERMISSIONS = [permission for domain in DOMAINS for permission in domain.permissions]
ENFORCER = load_enforcer(REPOSITORY)
GRANTS = compile_grants(ENFORCER)
ROLES = sorted({role for role, _ in ENFORCER.get_policy()} | {row[0] for row in ENFORCER.get_grouping_policy()})

Held = dict[tuple[str, UUID], frozenset[str]]


def enforcer_with(held: Held) -> casbin.Enforcer:
    """Casbin, told which subject holds which roles in which tenant."""
    enforcer = load_enforcer(REPOSITORY)
    for (subject, tenant_id), roles in held.items():
        for role in roles:
            enforcer.add_role_for_user_in_domain(subject, role, str(tenant_id))
    return enforcer


@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_do_what_casbin_says_and_no_more(role: str):
    tenant_id = uuid4()
    enforcer = enforcer_with({("somebody", tenant_id): frozenset({role})})
    for permission in PERMISSIONS:
        actor = Actor(tenant_id, roles=frozenset({role}))
        assert GRANTS.allows(actor, permission) == enforcer.enforce("somebody", str(tenant_id), permission), permission


tenants = st.lists(st.uuids(version=4), min_size=1, max_size=3, unique=True)
role_sets = st.frozensets(st.sampled_from(ROLES), max_size=4)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_subject_in_any_tenant_may_do_what_casbin_says_and_no_more(data: st.DataObject):
    held = {
        (f"subject {number}", tenant_id): data.draw(role_sets)
        for number, tenant_id in itertools.product(range(2), data.draw(tenants))
    }
    enforcer = enforcer_with(held)
    for (subject, tenant_id), roles in held.items():
        actor = Actor(tenant_id, roles=roles)
        for permission in PERMISSIONS:
            asked = enforcer.enforce(subject, str(tenant_id), permission)
            assert GRANTS.allows(actor, permission) == asked, (roles, permission)


@given(held=role_sets, elsewhere=st.uuids(version=4))
@settings(max_examples=50, deadline=None)
def test_roles_in_one_tenant_are_worth_nothing_in_another(held: frozenset[str], elsewhere: UUID):
    enforcer = enforcer_with({("somebody", uuid4()): held})
    assert not any(enforcer.enforce("somebody", str(elsewhere), permission) for permission in PERMISSIONS)


@st.composite
def policies(draw: st.DrawFn) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Any policy: rows of roles and permissions, and roles that extend roles, in circles too."""
    roles = st.sampled_from(["a", "b", "c", "d", "e"])
    permissions = st.sampled_from([str(permission) for permission in PERMISSIONS[:6]])
    rows = draw(st.lists(st.tuples(roles, permissions), max_size=12, unique=True))
    extends = draw(st.lists(st.tuples(roles, roles).filter(lambda pair: pair[0] != pair[1]), max_size=6, unique=True))
    return rows, extends


@given(policies())
@settings(max_examples=60, deadline=None)
def test_compiling_agrees_with_casbin_on_policies_yet_to_be_written(policy):
    rows, extends = policy
    enforcer = casbin.Enforcer(str(REPOSITORY / "policies" / "model.conf"))
    enforcer.add_named_domain_matching_func("g", key_match_func)
    enforcer.add_policies([list(row) for row in rows])
    enforcer.add_grouping_policies([[role, extended, "*"] for role, extended in extends])
    grants = compile_grants(enforcer)
    tenant_id = uuid4()
    for role in "abcde":
        enforcer.add_role_for_user_in_domain(f"a {role}", role, str(tenant_id))
        for permission in PERMISSIONS[:6]:
            asked = enforcer.enforce(f"a {role}", str(tenant_id), permission)
            assert grants.allows(Actor(tenant_id, roles=frozenset({role})), permission) == asked


def test_an_unknown_role_may_do_nothing():
    actor = Actor(uuid4(), roles=frozenset({"superuser", "*", ""}))
    assert not any(GRANTS.allows(actor, permission) for permission in PERMISSIONS)


def test_without_roles_one_may_do_nothing():
    assert not any(GRANTS.allows(Actor(uuid4(), roles=frozenset()), permission) for permission in PERMISSIONS)


def test_a_visitor_is_asked_to_sign_in_and_others_are_refused():
    with pytest.raises(SignInRequired):
        GRANTS.require(Actor(uuid4()), ProjectPermission.CREATE)
    with pytest.raises(Forbidden):
        GRANTS.require(Actor(uuid4(), uuid4(), frozenset({"cto"})), ProjectPermission.CREATE)
    GRANTS.require(Actor(uuid4(), uuid4(), frozenset({"client"})), ProjectPermission.CREATE)


def test_a_check_takes_a_small_part_of_what_casbin_takes(record_property):
    tenant_id = uuid4()
    roles = frozenset({"client", "cto"})
    enforcer = enforcer_with({("somebody", tenant_id): roles})
    actor = Actor(tenant_id, uuid4(), roles)
    permission = ProjectPermission.READ_ALL  # denied: both look at everything

    def fastest(check, times: int) -> float:
        return min(timeit.repeat(check, number=times, repeat=5)) / times

    ours = fastest(lambda: GRANTS.allows(actor, permission), 2_000)
    casbins = fastest(lambda: enforcer.enforce("somebody", str(tenant_id), permission), 20)
    record_property("times faster", round(casbins / ours))
    assert casbins / ours > 50
