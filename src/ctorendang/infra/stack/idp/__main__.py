"""The process: ``python -m ctorendang.infra.stack.idp``."""

import argparse
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

from ctorendang.infra.stack.idp.provider import Call, IdentityProvider
from ctorendang.infra.stack.idp.replies import POLICY

_HOSTS = {"127.0.0.1", "localhost", "idp.localhost"}
_MOST_BYTES = 100_000


class IdpServer(ThreadingHTTPServer):
    """Listens on the loopback address alone."""

    daemon_threads = True

    def __init__(self, port: int, provider: IdentityProvider) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.provider = provider


class _Handler(BaseHTTPRequestHandler):
    server: IdpServer
    # A browser that says nothing does not hold a thread for ever.
    timeout = 30

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Without the query, which may hold tokens."""
        self.log_message('"%s %s" %s', self.command, self.path.partition("?")[0], code)

    def do_GET(self) -> None:
        self._handle(b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        self._handle(self.rfile.read(min(int(length) if length.isdigit() else 0, _MOST_BYTES)))

    def _handle(self, body: bytes) -> None:
        # A page elsewhere whose name was pointed at this machine shall not use it.
        if self.headers.get("Host", "").rpartition(":")[0] not in _HOSTS:
            self.send_error(421)
            return
        path, _, query = self.path.partition("?")
        form = dict(parse_qsl(body.decode(errors="replace")))
        reply = self.server.provider.answer(
            Call(
                self.command,
                path,
                query,
                form,
                self.headers.get("Cookie", ""),
                self.headers.get("Authorization", ""),
            )
        )
        self.send_response(reply.status)
        self.send_header("Content-Type", f"{reply.kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)


def main() -> None:
    """Serve until SIGTERM; the client secret is in the environment, where a list of processes does not show it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    secret = os.environ["CTORENDANG_IDP_CLIENT_SECRET"]
    IdpServer(
        options.port, IdentityProvider(f"http://127.0.0.1:{options.port}", options.folder, secret)
    ).serve_forever()


if __name__ == "__main__":
    main()
