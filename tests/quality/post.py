"""The sample post through the product, held against its truth.json: page kinds, turns, documents,
types, clients and, above all, what filed itself.

A remark is written for every difference, so that each can be looked at.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Levenshtein

from scanning.sample_post.generate import TRUTH_NAME, make_post
from tests.bench.own_instance import own_instance, sample_clients
from tests.quality.outcome import DocumentOutcome, FileOutcome, PageOutcome, outcome_of
from tests.quality.types import TypeCall, classifying_ms

LIKELY = 0.5


@dataclass
class PostFigures:
    """Counts over the sample post. type_calls: a call for each document that was found; classifying_ms:
    what each took. by_look: characters and errors of OCR by what befell the page.

    remarks: every difference in words.
    """

    files: int = 0
    pages: int = 0
    image_pages: int = 0
    kind_right: int = 0
    blank_taken_for_content: int = 0
    content_taken_for_blank: int = 0
    separators_missed: int = 0
    separators_imagined: int = 0
    turned_pages: int = 0
    turned_right: int = 0
    upright_pages_turned: int = 0
    characters: int = 0
    character_errors: int = 0
    documents: int = 0
    documents_divided_right: int = 0
    types_right: int = 0
    clients_right: int = 0
    may_file: int = 0
    filed_rightly: int = 0
    filed_wrongly: int = 0
    filed_though_it_should_wait: int = 0
    type_calls: list[TypeCall] = field(default_factory=list)
    classifying_ms: list[float] = field(default_factory=list)
    by_look: dict[str, list[int]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def measure_post(home: Path, workers: int, only: tuple[str, ...] | None = None) -> PostFigures:
    """The post (or only these of its files) through one instance under home."""
    post = make_post(home / "files", only=only)
    truth = json.loads((post.directory / TRUTH_NAME).read_text("utf-8"))
    names = [entry["name"] for entry in truth["files"]]
    with own_instance(home / "instance", workers, sample_clients()) as running:
        received_on = date.fromisoformat(truth["received_on"])
        sent = running.send((post.directory / name for name in names), received_on)
        running.wait_until_quiet()
        found = [outcome_of(running.instance.database, item_id) for item_id in sent]
    figures = PostFigures(classifying_ms=classifying_ms(found))
    for entry, outcome in zip(truth["files"], found, strict=True):
        compare_file(figures, entry, outcome)
    return figures


def compare_file(figures: PostFigures, entry: dict[str, Any], outcome: FileOutcome) -> None:
    """Add one file, and what was attached to it, to the figures."""
    figures.files += 1
    if len(entry["pages"]) != len(outcome.pages):
        figures.remarks.append(
            f"{entry['name']}: {len(outcome.pages)} pages read of {len(entry['pages'])}"
        )
    for true_page, page in zip(entry["pages"], outcome.pages, strict=False):
        _compare_page(figures, f"{entry['name']} p{page.number}", true_page, page)
    _compare_documents(figures, entry, outcome)
    inside = {one.name: one for one in outcome.inside}
    for attached in entry["attachments"]:
        if attached["name"] in inside:
            compare_file(figures, attached, inside[attached["name"]])
        else:
            figures.remarks.append(f"{entry['name']}: {attached['name']} was not taken out")


def _compare_page(
    figures: PostFigures, where: str, true: dict[str, Any], page: PageOutcome
) -> None:
    figures.pages += 1
    figures.image_pages += true["is_image"]
    was, said = true["kind"], page.kind
    figures.kind_right += was == said
    figures.blank_taken_for_content += (was, said) == ("blank", "content")
    figures.content_taken_for_blank += (was, said) == ("content", "blank")
    figures.separators_missed += was == "separator" != said
    figures.separators_imagined += said == "separator" != was
    if was != said:
        figures.remarks.append(f"{where}: a {was} page was taken for {said or page.reason}")
    elif was == "content":
        _compare_text(figures, where, true, page)


def _compare_text(
    figures: PostFigures, where: str, true: dict[str, Any], page: PageOutcome
) -> None:
    needed = true["rotation_degrees"]
    figures.turned_pages += needed != 0
    figures.turned_right += needed != 0 and page.rotation_degrees == needed
    figures.upright_pages_turned += needed == 0 and page.rotation_degrees != 0
    if page.rotation_degrees != needed:
        figures.remarks.append(f"{where}: turned {page.rotation_degrees}, should be {needed}")
    if page.text_source != "ocr":
        return
    wanted, read = " ".join(true["text"].split()), " ".join(page.text.split())
    errors = Levenshtein.distance(wanted, read)
    figures.characters += len(wanted)
    figures.character_errors += errors
    so_far = figures.by_look.setdefault(true["look"], [0, 0])
    so_far[:] = so_far[0] + len(wanted), so_far[1] + errors
    if errors > 0.1 * len(wanted):
        figures.remarks.append(
            f"{where} ({true['look']}): {errors / max(len(wanted), 1):.0%} wrong"
        )


def _compare_documents(figures: PostFigures, entry: dict[str, Any], outcome: FileOutcome) -> None:
    found = {document.first_page: document for document in outcome.documents}
    for true in entry["documents"]:
        figures.documents += 1
        figures.may_file += true["may_file_itself"]
        where = f"{entry['name']} #{true['number']} ({true['type']})"
        document = found.pop(true["pages"][0] if true["pages"] else 1, None)
        if document is None:
            figures.remarks.append(f"{where}: no document starts there")
        else:
            figures.documents_divided_right += 1
            call = TypeCall(true["type"], document.type_code, document.type_score)
            figures.type_calls.append(call)
            figures.remarks += _compare_document(figures, where, true, document)
    for document in found.values():
        figures.filed_wrongly += bool(document.filed_on)
        figures.remarks.append(f"{entry['name']}: a document too many at p{document.first_page}")


def _compare_document(
    figures: PostFigures, where: str, true: dict[str, Any], document: DocumentOutcome
) -> Iterator[str]:
    if document.type_code == true["type"]:
        figures.types_right += 1
    else:
        yield f"{where}: type {document.type_code} at {document.type_score:.2f}"
    likely = {
        match["client_id"] for match in document.suggestion["clients"] if match["score"] > LIKELY
    }
    if likely == set(true["clients"]):
        figures.clients_right += 1
    else:
        yield f"{where}: clients {sorted(likely)} for {true['clients']}"
    yield from _compare_filing(figures, where, true, document)


def _compare_filing(
    figures: PostFigures, where: str, true: dict[str, Any], document: DocumentOutcome
) -> Iterator[str]:
    """Wrong is a wrong file or a wrong type; earlier than the truth allows is counted apart."""
    if not document.filed_on:
        if true["may_file_itself"]:
            yield f"{where}: waits: {' '.join(document.suggestion['why'])}"
        return
    right = set(document.filed_on) == set(true["clients"]) and document.filed_type == true["type"]
    figures.filed_rightly += right
    figures.filed_wrongly += not right
    if not right:
        yield f"{where}: FILED WRONGLY as {document.filed_type} on {document.filed_on}"
    elif not true["may_file_itself"]:
        figures.filed_though_it_should_wait += 1
        yield f"{where}: filed itself though it should wait ({true['waits_because']})"
