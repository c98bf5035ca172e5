"""Settings: what is missing is said in one line, by the command that needs it."""

import pytest
from click.testing import CliRunner

from ctorendang.cli import main
from ctorendang.settings import InvalidSetting, Settings

NOBODY_THERE = "postgresql://somebody:secret@127.0.0.1:1/nothing"
COMPLETE = {
    "CTORENDANG_ENVIRONMENT": "development",
    "CTORENDANG_SECRET_KEY": "k" * 32,
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


def test_production_is_the_default_and_safe():
    settings = Settings.from_env({**COMPLETE, "CTORENDANG_ENVIRONMENT": ""})
    assert not settings.development
    assert (settings.web.scheme, settings.web.public_port, settings.web.trusted_proxies) == ("https", 443, ())
