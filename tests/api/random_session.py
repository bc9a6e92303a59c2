"""A long random session over every route: right and wrong ids, methods and bodies, by several people."""

import random
import re
from dataclasses import dataclass, field

from sqlalchemy import select
from werkzeug.routing import Rule

from edrms.audit.tables import AuditEvent
from tests.api.conftest import Site, csrf_of

METHODS = ("GET", "GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
SAFE = {"GET", "HEAD", "OPTIONS"}
LEFT_OUT = {"static", "auth.sign_out", "v1.sign_out", "auth.sign_in", "v1.sign_in"}
ARGUMENT = re.compile(r"<(?:(\w+):)?(\w+)>")
WORDS = ("", "bryn", "marmalade", "%00", "x" * 300, "Mrs Invented", "\r\n\x1b[31m", "*")


@dataclass
class Asked:
    """One request of the session, and how it was answered."""

    method: str
    endpoint: str
    status: int
    request_id: str
    events: list[AuditEvent] = field(default_factory=list)

    @property
    def is_safe(self) -> bool:
        return self.method in SAFE


class RandomSession:
    """Asks at random, the same for the same seed."""

    def __init__(self, site: Site, seed: int, ids: list[str], roles: list[str]) -> None:
        self.site = site
        self.chance = random.Random(seed)
        self.ids = [*ids, "0" * 32, "f" * 32, "not an id", "..%2f..%2fetc"]
        self.people = [(site.signed_in(role), site.token(role)) for role in roles]
        self.tokens = [csrf_of(browser) for browser, _ in self.people]
        self.rules = [r for r in site.app.url_map.iter_rules() if r.endpoint not in LEFT_OUT]
        self.deck: list[Rule] = []

    def ask(self, count: int) -> list[Asked]:
        """So many requests, with the events of each."""
        asked = [self._one() for _ in range(count)]
        with self.site.instance.database.read() as session:
            events = list(session.scalars(select(AuditEvent).order_by(AuditEvent.number)))
        by_request: dict[str, list[AuditEvent]] = {}
        for event in events:
            by_request.setdefault(event.request_id, []).append(event)
        for one in asked:
            one.events = by_request.get(one.request_id, [])
        return asked

    def _one(self) -> Asked:
        rule = self._next_rule()
        who = self.chance.randrange(len(self.people))
        browser, headers = self.people[who]
        known = sorted((rule.methods or set()) & {"GET", "POST", "DELETE", "PUT"})
        method = self.chance.choice((*METHODS, *known * 6))
        address = self._address(rule)
        options: dict[str, object] = {}
        if address.startswith("/api/"):
            options["headers"] = headers
            if method not in SAFE:
                options["json"] = self._body()
        elif method not in SAFE:
            form = {name: str(value) for name, value in self._body().items()}
            options["data"] = form | {"csrf_token": self._csrf(who)}
        answer = browser.open(address, method=method, **options)
        answer.get_data()
        endpoint = rule.endpoint if method in (rule.methods or ()) else ""
        return Asked(method, endpoint, answer.status_code, answer.headers["X-Request-Id"])

    def _next_rule(self) -> Rule:
        """Dealt from a shuffled deck: none comes again before all have come, however many there are."""
        if not self.deck:
            self.deck = list(self.rules)
            self.chance.shuffle(self.deck)
        return self.deck.pop()

    def _csrf(self, who: int) -> str:
        return self.tokens[who] if self.chance.random() < 0.9 else "guessed"

    def _address(self, rule: Rule) -> str:
        if self.chance.random() < 0.03:
            return "/no/such/page"
        address = ARGUMENT.sub(lambda found: self._argument(found[1], found[2]), rule.rule)
        if self.chance.random() < 0.4:
            address += f"?q={self.chance.choice(WORDS[:4])}&page={self.chance.choice('0129x')}"
        return address

    def _argument(self, kind: str | None, name: str) -> str:
        if kind == "int":
            return self.chance.choice(("0", "1", "1", "1", "2", "99999999999"))
        if name in ("rendition", "kind"):
            return self.chance.choice(("original", "searchable_pdf", "none"))
        chosen = self.chance.choice(self.ids)
        return self.ids[0] if name == "record_id" and self.chance.random() < 0.6 else chosen

    def _body(self) -> dict[str, object]:
        choose = self.chance.choice
        return {
            name: choose(values)
            for name, values in {
                "reason": WORDS, "note": WORDS, "action": ("file", "find"), "type": ("D05", "none"),
                "client": self.ids, "client_query": WORDS, "document_type": ("D05", "none"),
                "client_ids": [[one] for one in self.ids], "expected_sheets": ("", "4", "x"),
            }.items()
            if self.chance.random() < 0.5
        }  # fmt: skip
