"""What people do through the proxy: sign in, send a letter, find it; and what the proxy must refuse.

It is told of a running profile by tests.engines.compose and starts nothing itself.
"""

import http.client
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import factories
from tests.engines.compose_visitor import Answer, Visitor

PASSWORD = "an invented long password"
WORD = "marmalade"
DONE_WITHIN_S = 180
_STAFF = {"pat": "post_room", "sam": "records_manager"}
_COLUMNS = (
    "forename,surname,date_of_birth,nhs_number,system,reference,address,postcode,uprn,service"
)
_FORGED = {"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "http"}


class Differs(AssertionError):
    """Something is not as docker-compose.yml and docs/operations.md promise."""


@dataclass(frozen=True)
class Door:
    """Where the proxy listens, and the file of the authority that signed its certificate."""

    site: str
    files: str
    http_port: int
    https_port: int
    authority: Path

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Door":
        """As the environment of the proxy says."""
        authority = Path(environment["XDG_DATA_HOME"], "caddy/pki/authorities/local/root.crt")
        http_port, https_port = int(environment["HTTP_PORT"]), int(environment["HTTPS_PORT"])
        site, files = environment["SITE_NAME"], environment["FILES_NAME"]
        return cls(site, files, http_port, https_port, authority)

    def visitor(self) -> Visitor:
        """Somebody who comes in by it."""
        return Visitor(self.site, self.https_port, self.authority)

    def fetcher(self) -> Visitor:
        """Somebody who comes to the name that gives out files."""
        return Visitor(self.files, self.https_port, self.authority)


def said(what: str) -> None:
    """Tell whoever watches what was done."""
    print(f"compose: {what}", file=sys.stderr, flush=True)


def expect(is_so: bool, what: str, answer: Answer | None = None) -> None:
    """Raises Differs, with what came back, unless it is so."""
    if not is_so:
        came = f": {answer.status} {answer.text[:300]}" if answer else ""
        raise Differs(f"{what}{came}")


def journey(edrms: Callable[..., str], door: Door, leave_one_web: Callable[[], None]) -> None:
    """Everything, in order. edrms: runs one command as `docker compose run setup ...` does."""
    _make_people(edrms)
    _plain_http_leads_to_https(door)
    pat = _signed_in(door, "pat")
    _forged_addresses_are_ignored(door)
    _too_large_is_refused(pat)
    _send_and_wait(pat, "letter.pdf")
    sam = _signed_in(door, "sam")
    _fetch(door, sam, _find(sam))
    leave_one_web()
    for _ in range(8):
        answer = door.visitor().ask("GET", "/sign-in")
        expect(answer.status == 200, "with one web left, a page was not served", answer)
    said("one web stopped, every page still served")
    _send_and_wait(pat, "second.pdf")


def no_web_left(door: Door) -> None:
    """The proxy says so, and its log keeps to itself what was asked for."""
    answer = door.visitor().ask("GET", f"/search?q={WORD}", Cookie=f"edrms_session={WORD}")
    expect(answer.status in {502, 503}, "without any web, something answered", answer)


def nothing_private(log: str) -> None:
    """The log tells of every request by its id, and never what was searched for or by whom."""
    expect("request_id" in log and "/search?..." in log, "the proxy's log tells nothing")
    for private in (WORD, "edrms_session", ".pdf"):
        expect(
            f"{private}" not in log.replace("path", ""), f"the proxy's log has {private!r} in it"
        )
    said("the proxy's log has ids and no private words")


def _make_people(edrms: Callable[..., str]) -> None:
    for username, role in _STAFF.items():
        edrms("setup", "staff", username, "--name", username.title(), "--role", role,
              "--password", PASSWORD)  # fmt: skip
    who = factories.client()
    known = who.identifiers[0]
    row = (
        f"{who.forename},{who.surname},{who.date_of_birth},{who.nhs_number},"
        f"{known.system},{known.value},,,,adults"
    )
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write(f"{_COLUMNS}\n{row}\n")
        file.flush()
        edrms("setup", "clients", file.name)


def _plain_http_leads_to_https(door: Door) -> None:
    connection = http.client.HTTPConnection(door.site, door.http_port, timeout=10)
    connection.request("GET", "/search?q=words")
    answer = connection.getresponse()
    connection.close()
    where = answer.headers.get("Location", "")
    expect(answer.status == 308 and where.startswith("https://"), f"plain HTTP: {answer.status}")
    said("plain HTTP is led to HTTPS")


def _signed_in(door: Door, username: str) -> Visitor:
    visitor = door.visitor()
    answer = visitor.sign_in(username, PASSWORD)
    expect(answer.status == 302, f"{username} could not sign in", answer)
    expect(answer.headers["location"].startswith("/"), "a redirection leads elsewhere", answer)
    session = next(line for line in visitor.set_cookies if line.startswith("__Host-edrms_session="))
    for part in ("Secure", "HttpOnly", "SameSite=Strict"):
        expect(part in session, f"the session's cookie is not {part}")
    for name in ("strict-transport-security", "x-request-id"):
        expect(name in answer.headers, f"no header {name}", answer)
    expect("server" not in answer.headers, "the server's name is told", answer)
    led = visitor.ask("GET", "/")
    where = led.headers.get("location", "")
    expect(where.endswith("/account/second-factor"), "no second factor was asked for", led)
    answer = visitor.set_up_factor()
    expect(answer.status == 200, f"{username} could not set up a second factor", answer)
    said(f"{username} signed in over TLS and set up a second factor")
    return visitor


def _forged_addresses_are_ignored(door: Door) -> None:
    visitor = door.visitor()
    answer = visitor.ask("GET", "/upload", None, **_FORGED)
    expect("evil" not in answer.headers.get("location", ""), "a forged host was believed", answer)
    form = {"Origin": "https://evil.example", "Content_Type": "application/x-www-form-urlencoded"}
    answer = visitor.ask("POST", "/sign-in", b"username=pat", **_FORGED, **form)
    expect(answer.status == 422, "a form from elsewhere was taken", answer)
    said("forged X-Forwarded headers are ignored")


def _too_large_is_refused(visitor: Visitor) -> None:
    answer = visitor.upload("large.pdf", bytes(4 << 20))
    expect(answer.status == 413, "a request over the limit was taken", answer)
    said("a request over the limit is refused")


def _send_and_wait(visitor: Visitor, name: str) -> None:
    letter = factories.letter_to(factories.client(), f"The {WORD} was praised, in {name}.")
    answer = visitor.upload(name, factories.pdf(letter))
    expect(answer.status == 303, "the letter was not taken", answer)
    path = f"/api/v1{answer.headers['location']}"
    batch = _wait_for(lambda: visitor.ask("GET", path), lambda found: found["pages"]["filed"] == 1)
    expect(batch["pages"]["agrees"], f"the pages do not add up: {json.dumps(batch)}")
    said(f"{name} was sent, read and filed")


def _find(visitor: Visitor) -> str:
    found = _wait_for(
        lambda: visitor.ask("GET", f"/api/v1/search?q={WORD}"), lambda got: got["total"] == 1
    )
    said("the letter was found by a word in it")
    return str(found["hits"][0]["record"]["record_id"])


def _fetch(door: Door, visitor: Visitor, record_id: str) -> None:
    """A file leaves by the second name, once, to whoever has the ticket; nothing else is there."""
    led = visitor.ask("GET", f"/api/v1/records/{record_id}/renditions/original")
    there = led.headers.get("location", "")
    expect(led.status == 303, "a download was not led to the name of the files", led)
    fetcher = door.fetcher()
    expect(there.startswith(f"{fetcher.origin}/"), f"a download was led to {there}")
    path = there.removeprefix(fetcher.origin)
    got = fetcher.ask("GET", path, Cookie=f"edrms_session={WORD}")
    expect(got.status == 200 and got.body.startswith(b"%PDF"), "the file did not come", got)
    expect("attachment" in got.headers["content-disposition"], "the file is shown, not saved", got)
    expect("sandbox" in got.headers["content-security-policy"], "the file may act", got)
    again = fetcher.ask("GET", path)
    expect(again.status in {403, 404, 410}, "a ticket was good twice", again)
    for page in ("/", "/sign-in", "/api/v1/health"):
        expect(fetcher.ask("GET", page).status == 404, f"the name of the files answers {page}")
    expect(not fetcher.set_cookies, f"the name of the files sets cookies: {fetcher.set_cookies}")
    said("the letter was fetched from the name of the files, once")


def _wait_for(ask: Callable[[], Answer], is_done: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + DONE_WITHIN_S
    while time.monotonic() < deadline:
        answer = ask()
        expect(answer.status == 200, "it could not be asked for", answer)
        if is_done(answer.json):
            return answer.json
        time.sleep(1.2)  # below what one person may search in a minute
    raise Differs(f"it was not done in time: {answer.text[:600]}")
