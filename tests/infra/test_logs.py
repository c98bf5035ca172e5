"""What is written down, and what is not."""

import pytest

from ctorendang.infra.logs import hide_secrets, hide_secrets_in


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("cannot reach smtp://user:hunter2@mail.example:25/", "cannot reach smtp://[hidden]@mail.example:25/"),
        ("redis://:hunter2@127.0.0.1:6379/0", "redis://[hidden]@127.0.0.1:6379/0"),
        ("Authorization: Bearer  hunter2", "Authorization: Bearer  [hidden]"),
        ("host=db PASSWORD=hunter2 user=me", "host=db PASSWORD=[hidden] user=me"),
        ("GET /verify?token=hunter2&next=/", "GET /verify?token=[hidden]&next=/"),
        ("GET /login?next=%2Fverify%3Ftoken%3Dhunter2", "GET /login?next=%2Fverify%3Ftoken%3D[hidden]"),
        ("Incorrect API key provided: sk-hunter2-abc.", "Incorrect API key provided: [hidden]."),
        ("GET /calendar/hunter2-hunter2_hunter2.ics", "GET /calendar/[hidden].ics"),
        ("POST /account/calendar/exceptions/019ac0de-0000-7000-8000-000000000000/remove", None),
        ("GET http://acme.localhost:8000/ctos by ada@client.example", None),
    ],
)
def test_a_text_is_kept_without_its_secrets(text, kept):
    assert hide_secrets_in(text) == (kept or text)


def test_values_of_telling_names_are_hidden_at_any_depth():
    event = {
        "event": "x",
        "headers": {"Cookie": "hunter2", "accept": "a"},
        "tries": [{"new_password": "hunter2"}],
        "n": 1,
    }
    assert hide_secrets(None, "", event) == {
        "event": "x",
        "headers": {"Cookie": "[hidden]", "accept": "a"},
        "tries": [{"new_password": "[hidden]"}],
        "n": 1,
    }
