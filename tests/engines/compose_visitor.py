"""A browser's part of the check: HTTPS with its certificate checked, cookies kept, forms sent."""

import http.client
import json
import re
import socket
import ssl
from dataclasses import dataclass
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pyotp

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_SEALED = re.compile(r'name="sealed" value="([^"]+)"')
_SECRET = re.compile(r'class="edrms-secret">([A-Z2-7 ]+)<')
_BOUNDARY = "a-line-between-the-parts"
TIMEOUT_S = 60
HERE = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """What came back. headers: names in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Visitor:
    """Somebody at https://site:port/, trusting only the authority in this file."""

    def __init__(self, site: str, port: int, authority: Path) -> None:
        self._site, self._port = site, port
        self._trust = ssl.create_default_context(cafile=str(authority))
        self._cookies: dict[str, str] = {}
        self.set_cookies: list[str] = []

    @property
    def origin(self) -> str:
        """What a browser calls where it is."""
        return f"https://{self._site}:{self._port}"

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        **headers: str,
    ) -> Answer:
        """One request on a connection of its own; underscores in header names stand for hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self._cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        connection = http.client.HTTPSConnection(self._site, self._port, timeout=TIMEOUT_S)
        # Any name under localhost is this machine, whatever its resolver says of it.
        plain = socket.create_connection((HERE, self._port), TIMEOUT_S)
        try:
            connection.sock = self._trust.wrap_socket(plain, server_hostname=self._site)
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            self._keep(response.headers.get_all("Set-Cookie", []))
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()
            plain.close()

    def sign_in(self, username: str, password: str) -> Answer:
        """Send the sign-in form."""
        form = urlencode({"username": username, "password": password}).encode()
        kind = "application/x-www-form-urlencoded"
        return self.ask("POST", "/sign-in", form, Content_Type=kind, Origin=self.origin)

    def set_up_factor(self) -> Answer:
        """Set up an authenticator, as everybody must at the first sign-in."""
        page = self.ask("GET", "/account/second-factor").text
        found = [pattern.search(page) for pattern in (_TOKEN, _SEALED, _SECRET)]
        token, sealed, secret = (unescape(one[1]) if one else "" for one in found)
        code = pyotp.TOTP(secret.replace(" ", "")).now()
        form = urlencode({"csrf_token": token, "sealed": sealed, "code": code}).encode()
        kind = "application/x-www-form-urlencoded"
        path = "/account/second-factor"
        return self.ask("POST", path, form, Content_Type=kind, Origin=self.origin)

    def upload(self, name: str, content: bytes) -> Answer:
        """Send one file by the upload form, as a browser without scripts does."""
        token = _TOKEN.search(self.ask("GET", "/upload").text)
        if token is None:
            raise LookupError("the upload form has no csrf_token")
        parts = [
            _part('name="csrf_token"', unescape(token[1]).encode()),
            _part(f'name="files"; filename="{name}"', content),
        ]
        body = b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={_BOUNDARY}"
        return self.ask("POST", "/batches", body, Content_Type=kind, Origin=self.origin)

    def _keep(self, lines: list[str]) -> None:
        self.set_cookies += lines
        for line in lines:
            for name, cookie in SimpleCookie(line).items():
                self._cookies[name] = cookie.value


def _part(about: str, content: bytes) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {about}\r\n\r\n"
    return head.encode() + content + b"\r\n"
