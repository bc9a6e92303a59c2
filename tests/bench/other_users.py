"""People at work on a running instance, by its API: they look at pages and files, search, and send files in.

A process of its own: `python -m tests.bench.other_users`, told what to do by one line of JSON and to stop
by a second; its answer is one line of JSON. Each person does one thing after another, with a pause.
"""

import http.client
import itertools
import json
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from search.bench import vocabulary

HOST = "127.0.0.1"
PAUSE_S = 0.05
PEOPLE = 2
FILE_BYTES = 20_000
KINDS = ("view", "list", "search", "take_in")


@dataclass(frozen=True)
class Told:
    """reader, sender: tokens of who may read the records and clients, and of who may send files in."""

    port: int
    reader: str
    sender: str
    records: list[str]
    clients: list[str]

    def line(self) -> str:
        return json.dumps(asdict(self)) + "\n"


def ask(port: int, method: str, path: str, headers: dict[str, str], body: Any = None) -> bytes:
    """One request. Raises RuntimeError for an error it answers."""
    link = http.client.HTTPConnection(HOST, port, timeout=120)
    try:
        link.request(method, path, body, headers)
        answer = link.getresponse()
        content = answer.read()
    finally:
        link.close()
    if answer.status >= 400:
        raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
    return content


def main() -> None:
    """Work until told to stop; then say what was asked for, when, and how long it took."""
    told = Told(**json.loads(sys.stdin.readline()))
    stop = threading.Event()
    seen: list[tuple[str, float, float]] = []
    people = [
        threading.Thread(target=_work, args=(told, number, stop, seen)) for number in range(PEOPLE)
    ]
    for person in people:
        person.start()
    print("at work", flush=True)
    sys.stdin.readline()
    stop.set()
    for person in people:
        person.join()
    print(json.dumps(seen))


def _work(
    told: Told, number: int, stop: threading.Event, seen: list[tuple[str, float, float]]
) -> None:
    acts = _acts(told, random.Random(number))
    for kind, act in acts:
        if stop.is_set():
            return
        at, started = time.time(), time.perf_counter()
        act()
        seen.append((kind, at, time.perf_counter() - started))
        time.sleep(PAUSE_S)


def _acts(told: Told, source: random.Random) -> Iterator[tuple[str, Callable[[], object]]]:
    words = vocabulary()[5:3000]
    reads = {"Authorization": f"Bearer {told.reader}"}
    sends = {
        "Authorization": f"Bearer {told.sender}", "X-File-Name": "letter.txt",
        "Content-Type": "application/octet-stream",
    }  # fmt: skip

    def get(path: str) -> None:
        ask(told.port, "GET", path, reads)

    for kind in itertools.cycle(KINDS):
        match kind:
            case "view":
                path = f"/api/v1/records/{source.choice(told.records)}/pages/1/image"
                yield kind, lambda path=path: get(path)  # type: ignore[misc]
            case "list":
                path = f"/api/v1/clients/{source.choice(told.clients)}"
                yield kind, lambda path=path: get(path)  # type: ignore[misc]
            case "search":
                path = f"/api/v1/search?q={source.choice(words)}"
                yield kind, lambda path=path: get(path)  # type: ignore[misc]
            case _:
                yield (
                    kind,
                    lambda: ask(told.port, "POST", "/api/v1/items", sends, os.urandom(FILE_BYTES)),
                )


if __name__ == "__main__":
    main()
