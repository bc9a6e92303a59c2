"""Making the whole post: every file of the list and truth.json, into one directory.

The same seed gives the same bytes. What is made is listed in post_list.py.
"""

import dataclasses
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

from scanning.sample_post.model import DEFAULT_SEED, PostFile, SampleClient, SamplePost
from scanning.sample_post.packaging import media_type, package
from scanning.sample_post.pages import make_pages, written_letters
from scanning.sample_post.people import make_clients, make_strangers
from scanning.sample_post.post_list import POST
from scanning.sample_post.truth import MadeFile, whole_truth

TRUTH_NAME = "truth.json"
Progress = Callable[[int, int], None]


def make_post(
    directory: Path,
    seed: int = DEFAULT_SEED,
    progress: Progress | None = None,
    only: Collection[str] | None = None,
) -> SamplePost:
    """Write the sample post and its truth into directory, which is made if it is not there.

    progress: called with (files made, files in all). only: names of the files to make, others
    are left out of the truth too. Raises FontMissing where a font package is not installed,
    ValueError for a name in only that the post has not."""
    orders = _chosen(only)
    clients = make_clients(seed)
    people = {person.key: person for person in (*clients, *make_strangers(seed))}
    directory.mkdir(parents=True, exist_ok=True)
    made: list[MadeFile] = []
    for order in orders:
        one = _make_file(order, people, seed)
        (directory / order.name).write_bytes(one.content)
        made.append(_without_pictures(one))
        if progress is not None:
            progress(len(made), len(orders))
    truth = whole_truth(made, {client.key: client for client in clients}, seed)
    truth_file = directory / TRUTH_NAME
    truth_file.write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", "utf-8")
    files = tuple(directory / order.name for order in orders)
    return SamplePost(directory, files, truth_file, truth, clients)


def write_clients(clients: Sequence[SampleClient], file: Path) -> None:
    """Write the register as JSON: a list of objects with the fields of SampleClient."""
    rows = [dataclasses.asdict(client) for client in clients]
    file.write_text(
        json.dumps(rows, ensure_ascii=False, indent=1, default=date.isoformat) + "\n", "utf-8"
    )


def _chosen(only: Collection[str] | None) -> Sequence[PostFile]:
    if only is None:
        return POST
    unknown = set(only) - {order.name for order in POST}
    if unknown:
        raise ValueError(f"no such files in the sample post: {sorted(unknown)}")
    return [order for order in POST if order.name in only]


def _make_file(order: PostFile, people: Mapping[str, SampleClient], seed: int) -> MadeFile:
    attached = tuple(_make_file(one, people, seed) for one in order.attachments)
    letters = written_letters(order, people, seed)
    pages = make_pages(order, letters, seed)
    parts = {one.order.name: (media_type(one.order.container), one.content) for one in attached}
    content = package(order, pages, letters, parts)
    return MadeFile(order, letters, pages, content, attached)


def _without_pictures(made: MadeFile) -> MadeFile:
    """The same without its bytes and pixels: the truth needs to know only that there were any."""
    pages = tuple(page.without_pixels() for page in made.pages)
    attached = tuple(_without_pictures(one) for one in made.attachments)
    return dataclasses.replace(made, pages=pages, content=b"", attachments=attached)
