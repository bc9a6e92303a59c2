"""What is to be expected of the post: the content of truth.json, made beside the files.

Holds no bytes and decides nothing the product decides; it says what a careful person would.
A letter may file itself only when one client fits, by name and at least one of date of birth,
NHS number and reference, nothing printed disagrees, and no other client fits as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanning.sample_post.fields import printed_identifiers
from scanning.sample_post.mail import mail_text
from scanning.sample_post.model import (
    RECEIVED_ON,
    RESOLUTION_DPI,
    Container,
    Letter,
    PostFile,
    SampleClient,
    Waits,
)
from scanning.sample_post.packaging import media_type
from scanning.sample_post.pages import Page
from scanning.sample_post.template import Written

Entry = dict[str, Any]
STRONG = frozenset({"date_of_birth", "nhs_number", "reference"})


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file made: its order, letters, pages and, of an e-mail, the files attached."""

    order: PostFile
    letters: tuple[Written, ...]
    pages: tuple[Page, ...]
    content: bytes
    attachments: tuple["MadeFile", ...] = ()


def why_it_waits(letter: Letter, clients: Mapping[str, SampleClient]) -> Waits | None:
    """None where the letter may file itself. clients: the register, strangers not among them."""
    if not letter.about:
        return Waits.NOBODY_NAMED
    if any(key not in clients for key in letter.about):
        return Waits.NOT_A_CLIENT
    if len(letter.about) > 1:
        return Waits.TWO_CLIENTS
    if letter.printed_wrong:
        return Waits.IDENTIFIERS_DISAGREE
    shown = STRONG.intersection(letter.shows)
    if not shown:
        return Waits.NAME_ONLY
    if shown == {"date_of_birth"} and _has_a_double(clients[letter.about[0]], clients):
        return Waits.LIKE_ANOTHER_CLIENT
    return None


def _has_a_double(client: SampleClient, clients: Mapping[str, SampleClient]) -> bool:
    """Another client has the same surname and date of birth (a twin)."""
    mark = (client.surname, client.date_of_birth)
    alike = [c for c in clients.values() if (c.surname, c.date_of_birth) == mark]
    return len(alike) > 1


def file_entry(made: MadeFile, clients: Mapping[str, SampleClient]) -> Entry:
    """The truth about one file; an e-mail's attachments are entries of their own inside it."""
    order = made.order
    letters = enumerate(made.letters)
    return {
        "name": order.name,
        "media_type": media_type(order.container),
        "container": order.container.value,
        "page_count": len(made.pages),
        "pages": [_page_entry(n, page, made) for n, page in enumerate(made.pages, 1)],
        "documents": [_document_entry(i, letter, made, clients) for i, letter in letters],
        "attachments": [file_entry(one, clients) for one in made.attachments],
    }


def _page_entry(number: int, page: Page, made: MadeFile) -> Entry:
    return {
        "number": number,
        "kind": page.kind,
        "rotation_degrees": page.rotation_degrees,
        "is_image": page.picture is not None,
        "resolution_dpi": None if page.picture is None else RESOLUTION_DPI,
        "look": page.look,
        "text": _page_text(page, made),
    }


def _page_text(page: Page, made: MadeFile) -> str:
    return mail_text(made.letters[0]) if made.order.container is Container.EML else page.text


def _document_entry(
    index: int, written: Written, made: MadeFile, clients: Mapping[str, SampleClient]
) -> Entry:
    letter = written.letter
    waits = why_it_waits(letter, clients)
    pages = [n for n, page in enumerate(made.pages, 1) if page.document == index]
    long_dates = written.subject == "line"
    identifiers = [
        {"person": person.key, **printed_identifiers(letter, person, long_dates)}
        for person in written.people
    ]
    return {
        "number": index + 1,
        "pages": pages,
        "type": written.type_code,
        "template": letter.template,
        "date": letter.written_on.isoformat(),
        "clients": [key for key in letter.about if key in clients],
        "identifiers": identifiers,
        "wrong_identifiers": sorted(letter.printed_wrong),
        "may_file_itself": waits is None,
        "waits_because": waits.value if waits else None,
    }


def known_searches(made: Sequence[MadeFile]) -> list[Entry]:
    """Words that one document alone holds, and the file, attachment, document and page."""
    return [row for one in made for row in _searches_of(one, one.order.name)]


def _searches_of(made: MadeFile, file_name: str) -> Iterator[Entry]:
    for index, written in enumerate(made.letters):
        for words in written.letter.sought:
            number, page = _page_holding(words, index, made)
            yield {
                "words": words,
                "file": file_name,
                "attachment": None if file_name == made.order.name else made.order.name,
                "document": index + 1,
                "page": number,
                "is_image": page.picture is not None,
                "rotation_degrees": page.rotation_degrees,
                "media_type": media_type(made.order.container),
            }
    for attachment in made.attachments:
        yield from _searches_of(attachment, file_name)


def _page_holding(words: str, index: int, made: MadeFile) -> tuple[int, Page]:
    """The page and its number. Raises ValueError if no page of that letter has all the words."""
    for number, page in enumerate(made.pages, 1):
        text = _page_text(page, made).casefold()
        if page.document == index and all(word in text for word in words.casefold().split()):
            return number, page
    raise ValueError(f"{made.order.name}: no page of letter {index + 1} holds {words!r}")


def whole_truth(made: Sequence[MadeFile], clients: Mapping[str, SampleClient], seed: int) -> Entry:
    """The content of truth.json."""
    entries = [file_entry(one, clients) for one in made]
    nested = [inner for entry in entries for inner in (entry, *entry["attachments"])]
    pages = [page for entry in nested for page in entry["pages"]]
    documents = [document for entry in nested for document in entry["documents"]]
    return {
        "seed": seed,
        "received_on": RECEIVED_ON.isoformat(),
        "totals": {
            "files": len(entries),
            "attachments": len(nested) - len(entries),
            "documents": len(documents),
            "pages": len(pages),
            "image_pages": sum(page["is_image"] for page in pages),
            "blank_pages": sum(page["kind"] == "blank" for page in pages),
            "separator_pages": sum(page["kind"] == "separator" for page in pages),
            "types": sorted({document["type"] for document in documents}),
        },
        "files": entries,
        "known_searches": known_searches(made),
    }
