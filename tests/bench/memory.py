"""Peak memory of the web process under large uploads and page views, and of one page worker.

Sampled from /proc ten times a second over a process and all below it. RSS counts pages shared after
a fork once for each process; PSS shares them out, so it is what the machine really gives.
"""

import http.client
import io
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from edrms.records.filing import file_record
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from scanning.sample_post.fonts import font
from tests.bench.filled import add_page, made_clients
from tests.bench.own_instance import PASSWORD, OwnInstance, own_instance
from tests.bench.processes import family, memory_bytes, process_of
from tests.bench.searching import SEARCHER, filing_of

SAMPLE_EVERY_S = 0.1
A4_PX = (2480, 3508)  # 300 dpi
GOAL_MB = 400
HOST = "127.0.0.1"


@dataclass
class Peak:
    """Highest sums seen, in bytes."""

    rss_bytes: int = 0
    pss_bytes: int = 0

    def figures(self) -> dict[str, int]:
        """In megabytes (10^6 bytes)."""
        return {"rss_mb": self.rss_bytes // 10**6, "pss_mb": self.pss_bytes // 10**6}


def measure_memory(directory: Path, upload_bytes: int, views: int) -> dict[str, Any]:
    """Figures for the web process and for a page worker."""
    return {
        "web": _web(directory / "web", upload_bytes, views),
        "page_worker": _page_worker(directory / "worker"),
        "page_worker_goal_rss_mb": GOAL_MB,
    }


@contextmanager
def peak_of(pid: int) -> Iterator[Peak]:
    """The peak of a process and all below it while the block runs."""
    peak, done = Peak(), threading.Event()

    def watch() -> None:
        while not done.wait(SAMPLE_EVERY_S):
            alive = list(family(pid))
            peak.rss_bytes = max(peak.rss_bytes, sum(memory_bytes(one, "Rss") for one in alive))
            peak.pss_bytes = max(peak.pss_bytes, sum(memory_bytes(one, "Pss") for one in alive))

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def _web(home: Path, upload_bytes: int, views: int) -> dict[str, Any]:
    port = free_port()
    with own_instance(home, 0, made_clients(), port) as running:
        record_id = _record_with_a_picture(running)
        running.supervisor.add_web()
        wait_for(port)
        web = process_of("web")
        with peak_of(web) as idle:
            time.sleep(1)
        sender, reader = _token(port, "quality_supervisor"), _token(port, SEARCHER)
        with peak_of(web) as uploading, ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda _: _upload(port, sender, upload_bytes), range(2)))
        with peak_of(web) as viewing:
            for _ in range(views):
                for size in ("image", "thumbnail"):
                    path = f"/records/{record_id}/pages/1/{size}"
                    _ask(port, "GET", path, {"Authorization": f"Bearer {reader}"})
    return {
        "upload_mb": upload_bytes // 10**6,
        "uploads_at_once": 2,
        "idle": idle.figures(),
        "uploading": uploading.figures(),
        "viewing": viewing.figures(),
    }


def _record_with_a_picture(running: OwnInstance) -> str:
    instance, content = running.instance, io.BytesIO()
    _page("L").resize((1240, 1754)).save(content, "JPEG", quality=75)
    stored = instance.store.put([content.getvalue()], max_bytes=10**8)
    page_id = add_page(instance.database, "a page", stored.key)
    with write(instance.database, SYSTEM, instance.clock) as work:
        return file_record(work, filing_of(page_id))


def free_port() -> int:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port: int = free.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            _ask(port, "GET", "/api/v1/health", {})
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the web server did not answer")


def _ask(port: int, method: str, path: str, headers: dict[str, str], body: Any = None) -> bytes:
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


def _token(port: int, username: str) -> str:
    body = json.dumps({"username": username, "password": PASSWORD})
    answer = _ask(port, "POST", "/api/v1/sessions", {"Content-Type": "application/json"}, body)
    token: str = json.loads(answer)["token"]
    return token


def _upload(port: int, token: str, size_bytes: int) -> None:
    part = os.urandom(1 << 20)
    whole, rest = divmod(size_bytes, len(part))
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/octet-stream",
        "Content-Length": str(size_bytes),
        "X-File-Name": "large.bin",
    }
    chunks = (part for _ in range(whole))
    body = (chunk for source in (chunks, iter([part[:rest]])) for chunk in source)
    _ask(port, "POST", "/api/v1/items", headers, body)


def _page_worker(home: Path) -> dict[str, Any]:
    """One page after another through one worker, so that the kinds do not add up."""
    home.mkdir(parents=True)
    figures: dict[str, Any] = {}
    with own_instance(home / "instance", 1, made_clients()) as running:
        worker = process_of("pages")
        for kind, mode in (("grey_a4_300_dpi", "L"), ("colour_a4_300_dpi", "RGB")):
            picture = home / f"{kind}.png"
            _page(mode).save(picture, dpi=(300, 300), compress_level=1)
            with peak_of(worker) as peak:
                running.send([picture])
                running.wait_until_quiet()
            figures[kind] = peak.figures()
    return figures


def _page(mode: str) -> Image.Image:
    """A page of 45 lines with the grain of a scanner; a colour one has a blue stamp."""
    page = Image.new(mode, A4_PX, "white")
    draw, face = ImageDraw.Draw(page), font("serif", 46)
    for line in range(45):
        text = f"{line} The weekly visit took place and nothing gave rise to worry about the home."
        draw.text((220, 260 + line * 66), text, fill="black", font=face)
    if mode == "RGB":
        draw.ellipse((1700, 2900, 2250, 3250), outline=(20, 40, 200), width=20)
    grain = np.random.default_rng(3).integers(0, 12, np.asarray(page).shape, np.uint8)
    return Image.fromarray(np.asarray(page) - np.minimum(np.asarray(page), grain))
