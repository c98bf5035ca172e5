"""The demo identity provider, as a part of the stack."""

import os
import sys

from ctorendang.infra.stack.data import DataFolder, answers


class DemoIdentityProvider:
    """Signs made-up people on at the demo tenants; never outside development."""

    name = "Identity provider"

    def __init__(self, data: DataFolder) -> None:
        self._data = data
        self._port = 0
        self.child = data.child("idp")

    def start(self) -> None:
        """Start its process; its key and address are those of earlier runs."""
        folder = self._data.path / "idp"
        folder.mkdir(exist_ok=True, mode=0o700)
        self._port = self._data.port("idp")
        self.child.start(
            [sys.executable, "-m", "ctorendang.infra.stack.idp", "--folder", folder, "--port", str(self._port)],
            folder=folder,
            variables=os.environ | {"CTORENDANG_IDP_CLIENT_SECRET": self._secret},
        )

    def wait(self) -> None:
        """Wait until it answers."""
        self.child.wait_until(lambda: answers(self._port, "/"), seconds=20)

    def variables(self) -> dict[str, str]:
        """Where it is, and what the OpenID application proves itself with."""
        return {"CTORENDANG_IDP_URL": self.url, "CTORENDANG_IDP_CLIENT_SECRET": self._secret}

    @property
    def url(self) -> str:
        """For browsers and for the product."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def _secret(self) -> str:
        return self._data.secret("idp_client_secret")
