"""Settings: what is missing is said in one line, by the command that needs it."""

import base64

import pytest
from click.testing import CliRunner

from ctorendang.cli import main
from ctorendang.settings import InvalidSetting, Settings

NOBODY_THERE = "postgresql://somebody:secret@127.0.0.1:1/nothing"
COMPLETE = {
    "CTORENDANG_ENVIRONMENT": "development",
    "CTORENDANG_SECRET_KEY": "k" * 32,
    "CTORENDANG_MASTER_KEYS": "first:" + "A" * 43,
    "CTORENDANG_DATABASE_URL": NOBODY_THERE,
    "CTORENDANG_OWNER_DATABASE_URL": NOBODY_THERE,
    "CTORENDANG_PLATFORM_DATABASE_URL": NOBODY_THERE,
    "CTORENDANG_RELAY_DATABASE_URL": NOBODY_THERE,
    "CTORENDANG_REDIS_URL": "redis://127.0.0.1:1/0",
}


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("serve", "CTORENDANG_SECRET_KEY"),
        ("serve", "CTORENDANG_MASTER_KEYS"),
        ("keys rotate", "CTORENDANG_PLATFORM_DATABASE_URL"),
        ("db upgrade", "CTORENDANG_OWNER_DATABASE_URL"),
        ("tenants plan", "CTORENDANG_PLATFORM_DATABASE_URL"),
        ("tenants apply", "CTORENDANG_PLATFORM_DATABASE_URL"),
        ("demo load", "CTORENDANG_PLATFORM_DATABASE_URL"),
        ("serve", "CTORENDANG_PLATFORM_DATABASE_URL"),
        ("serve", "CTORENDANG_REDIS_URL"),
        ("worker", "CTORENDANG_PLATFORM_DATABASE_URL"),
        ("worker", "CTORENDANG_REDIS_URL"),
        ("worker", "CTORENDANG_RELAY_DATABASE_URL"),
    ],
)
def test_a_command_names_the_address_that_it_lacks_and_ends(command, missing):
    result = CliRunner().invoke(main, command.split(), env={**COMPLETE, missing: ""})
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: {missing} ")


def test_the_app_roles_address_is_always_needed():
    with pytest.raises(InvalidSetting, match="CTORENDANG_DATABASE_URL"):
        Settings.from_env({**COMPLETE, "CTORENDANG_DATABASE_URL": ""})


@pytest.mark.parametrize(
    ("name", "value"),
    [("ENVIRONMENT", "staging"), ("SECRET_KEY", "short"), ("PUBLIC_PORT", "http"), ("JOBS_LEASE_SECONDS", "1.5")],
)
def test_a_malformed_variable_is_named(name, value):
    with pytest.raises(InvalidSetting, match=f"CTORENDANG_{name} must"):
        Settings.from_env({**COMPLETE, f"CTORENDANG_{name}": value})


def test_secrets_are_not_shown():
    settings = Settings.from_env({**COMPLETE, "CTORENDANG_SMTP_URL": "smtp://user:secret@mail.example"})
    assert "secret" not in repr(settings).replace("secret_key", "")
    assert "k" * 32 not in repr(settings)
    assert "A" * 8 not in repr(settings)
    assert repr(settings.master_keys[0].key) not in repr(settings)


def test_production_is_the_default_and_safe():
    settings = Settings.from_env({**COMPLETE, "CTORENDANG_ENVIRONMENT": ""})
    assert not settings.development
    assert (settings.web.scheme, settings.web.public_port, settings.web.trusted_proxies) == ("https", 443, ())


@pytest.mark.parametrize(
    "value",
    [
        "A" * 43,
        ":" + "A" * 43,
        "first:",
        "first:" + "A" * 42,
        "first:" + "A" * 44,
        "first:" + "A" * 42 + "!",
        "First:" + "A" * 43,
        f"first:{'A' * 43},first:{'B' * 43}",
        f"first:{'A' * 43},second:short",
    ],
)
def test_malformed_master_keys_are_refused_without_showing_them(value):
    with pytest.raises(InvalidSetting, match="CTORENDANG_MASTER_KEYS must hold id:key pairs") as refusal:
        Settings.from_env({**COMPLETE, "CTORENDANG_MASTER_KEYS": value})
    assert "AAAA" not in str(refusal.value)


def test_master_keys_keep_their_order_and_come_in_either_alphabet():
    key = bytes(range(224, 256))
    pairs = f"new:{base64.b64encode(key).decode()}, old:{base64.urlsafe_b64encode(key).decode().rstrip('=')}"
    keys = Settings.from_env({**COMPLETE, "CTORENDANG_MASTER_KEYS": pairs}).master_keys
    assert [(each.id, each.key) for each in keys] == [("new", key), ("old", key)]


def test_a_fresh_master_key_can_be_used():
    lines = [CliRunner().invoke(main, ["keys", "new"]).stdout.strip() for _ in range(2)]
    first, second = Settings.from_env({**COMPLETE, "CTORENDANG_MASTER_KEYS": ",".join(lines)}).master_keys
    assert first.id != second.id
    assert first.key != second.key
