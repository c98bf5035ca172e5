"""The mail catcher: every mail that the product sends on this machine ends in a folder and on a page."""

import sys

from ctorendang.infra.stack.data import DataFolder, accepts


class MailCatcher:
    """An SMTP server that delivers nothing, and a page that shows what it caught."""

    name = "Mail catcher"

    def __init__(self, data: DataFolder) -> None:
        self._data = data
        self._smtp_port = 0
        self._page_port = 0
        self.child = data.child("mail")

    def start(self) -> None:
        """Start both servers; the mails of earlier runs are still there."""
        folder = self._data.path / "mail"
        folder.mkdir(exist_ok=True, mode=0o700)
        self._smtp_port, self._page_port = self._data.port("smtp"), self._data.port("inbox")
        ports = ["--smtp-port", str(self._smtp_port), "--page-port", str(self._page_port)]
        self.child.start(
            [sys.executable, "-m", "ctorendang.infra.stack.inbox", "--folder", folder, *ports], folder=folder
        )

    def wait(self) -> None:
        """Wait until both answer."""
        self.child.wait_until(lambda: accepts(self._smtp_port) and accepts(self._page_port), seconds=20)

    def variables(self) -> dict[str, str]:
        """Where mail is sent."""
        return {"CTORENDANG_SMTP_URL": f"smtp://127.0.0.1:{self._smtp_port}"}

    @property
    def page_url(self) -> str:
        """The inbox, for a browser."""
        return f"http://127.0.0.1:{self._page_port}"
