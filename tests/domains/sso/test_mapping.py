"""From groups to roles."""

from hypothesis import given
from hypothesis import strategies as st

from ctorendang.domains.accounts.roles import WITHIN_TENANT
from ctorendang.domains.sso.mapping import roles_after, roles_from_groups

GRANTABLE = sorted(WITHIN_TENANT)
ROLES = st.sets(st.sampled_from(GRANTABLE))
GROUPS = st.sampled_from(["engineering", "portfolio", "admins", "all"])
MAPPINGS = st.dictionaries(GROUPS, st.sampled_from(GRANTABLE) | st.lists(st.sampled_from(GRANTABLE)))


def test_a_group_gives_a_role_or_several():
    mapping = {"admins": "admin", "all": ["client", "cto"]}
    assert roles_from_groups(mapping, ["admins", "all", "unknown"]) == {"admin", "client", "cto"}


def test_a_mapping_cannot_give_what_no_tenant_may_give():
    assert roles_from_groups({"root": ["platform_admin", "client"]}, ["root"]) == {"client"}


def test_leaving_a_group_takes_its_role():
    assert roles_after(["admin", "client"], {"admins": "admin"}, [], "client") == ["client"]


def test_a_role_given_by_hand_stays():
    assert roles_after(["cto"], {"admins": "admin"}, ["admins"], "client") == ["admin", "cto"]


def test_without_a_mapping_nothing_changes():
    assert roles_after(["cto"], {}, ["admins"], "client") == ["cto"]


@given(ROLES, MAPPINGS, st.sets(GROUPS), st.sampled_from(GRANTABLE))
def test_nobody_is_left_without_a_role_and_doing_it_twice_changes_nothing(current, mapping, groups, default):
    once = roles_after(current, mapping, groups, default)
    assert once
    assert roles_after(once, mapping, groups, default) == once
    assert set(once) <= set(current) | roles_from_groups(mapping, groups) | {default}
