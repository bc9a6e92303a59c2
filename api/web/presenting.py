"""From the rooms' values to view models, where more than one page needs the same."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from flask_babel import gettext as _

from api.web import wording
from api.web.view_models import (
    BatchRow,
    Box,
    Choice,
    ClientSummary,
    PageCounts,
    PageView,
    Pagination,
    RecentDocument,
    Reference,
    TextPart,
)
from edrms.access.model import Actor, BatchFacts
from edrms.access.policy import decide
from edrms.clients.model import Client
from edrms.records.client_files import ListedRecord
from edrms.records.tables import PageContent
from edrms.records.words import unpack_words
from scanning.batches.ledger import BatchAccount
from scanning.batches.model import ItemState, Reconciliation, Whereabouts
from scanning.batches.tables import Batch
from scanning.reading.model import Word
from search.highlight import mark_text, matching_words
from search.query import Query

T = TypeVar("T")


def may_open(actor: Actor, batch: Batch) -> bool:
    """Whether a link to this batch leads anywhere for the actor."""
    return decide(actor, "batch:own:view", BatchFacts(batch.opened_by)).allowed


def stream_choices() -> tuple[Choice, ...]:
    """The streams post may come in by."""
    return tuple(Choice(value=code, label=str(name)) for code, name in wording.STREAMS.items())


def client_summary(client: Client, document_count: int | None = None) -> ClientSummary:
    """Enough of a client to tell two apart."""
    return ClientSummary(
        client_id=client.client_id,
        name=client.full_name,
        born_on=client.date_of_birth,
        died_on=client.date_of_death,
        nhs_number=client.nhs_number,
        references=tuple(
            Reference(system=known.system, value=known.value) for known in client.identifiers
        ),
        address=", ".join([*client.address_lines, client.postcode]).strip(", "),
        service=str(wording.SERVICES.get(client.service, client.service)),
        other_names=tuple(one for one in client.other_names if one != client.forename),
        document_count=document_count,
    )


def page_counts(account: Reconciliation) -> PageCounts:
    """Where the pages of a batch are, for the reconciliation table."""
    at = account.at
    return PageCounts(
        received=account.pages,
        filed=at.get(Whereabouts.FILED, 0),
        waiting=at.get(Whereabouts.TO_INDEX, 0),
        blank=at.get(Whereabouts.BLANK, 0),
        separator=at.get(Whereabouts.SEPARATOR, 0),
        held=at.get(Whereabouts.HELD, 0),
        being_read=at.get(Whereabouts.BEING_READ, 0),
        rejected=at.get(Whereabouts.REJECTED, 0),
        disposed=at.get(Whereabouts.DISPOSED, 0),
        files_not_counted=account.uncounted_items,
    )


def batch_row(account: BatchAccount, names: dict[str, str]) -> BatchRow:
    """A batch in a list. names: display names by staff id."""
    batch = account.batch
    return BatchRow(
        batch_id=batch.batch_id,
        reference=batch.reference,
        received_at=batch.opened_at,
        received_by=names.get(batch.opened_by, ""),
        item_count=len(account.items),
        pages=page_counts(account.reconciliation),
        note=batch.note,
        stream=str(wording.STREAMS.get(batch.stream, batch.stream)),
        attention_count=sum(item.state == ItemState.HELD for item in account.items),
    )


def page_view(
    number: int,
    content: PageContent | None,
    query: Query | None = None,
    boxes: tuple[Box, ...] = (),
) -> PageView:
    """A page with boxes on the image: the given ones, or around the words that answer the query,
    which are marked in the text too."""
    if content is None:
        unread = TextPart(text=_("This page could not be read. Download the original to see it."))
        return PageView(number=number, width_px=0, height_px=0, has_image=False, text=(unread,))
    text: tuple[TextPart, ...] = (TextPart(text=content.text),)
    if query is not None:
        boxes = _boxes(content, query)
        text = tuple(
            TextPart(text=span.text, is_marked=span.is_hit)
            for span in mark_text(query, content.text)
        )
    return PageView(
        number=number,
        width_px=content.width_px,
        height_px=content.height_px,
        kind=content.kind,  # type: ignore[arg-type]
        boxes=boxes,
        text=text,
        has_image=bool(content.view_key),
    )


def _boxes(content: PageContent, query: Query) -> tuple[Box, ...]:
    words = unpack_words(content.words)
    hits = matching_words(query, [word.text for word in words])
    return tuple(
        Box(x=word.x0, y=word.y0, width=word.x1 - word.x0, height=word.y1 - word.y0)
        for word in (words[index] for index in sorted(hits))
    )


def boxes_of_lines(words: Iterable[Word]) -> list[Box]:
    """One box around each run of words that stand side by side on a line."""
    runs: list[list[Word]] = []
    for word in words:
        if runs and _stands_beside(runs[-1][-1], word):
            runs[-1].append(word)
        else:
            runs.append([word])
    return [_box_around(run) for run in runs]


def _stands_beside(left: Word, right: Word) -> bool:
    height = left.y1 - left.y0
    return abs(right.y0 - left.y0) < height and 0 <= right.x0 - left.x1 < 2 * height


def _box_around(words: Sequence[Word]) -> Box:
    x, y = min(word.x0 for word in words), min(word.y0 for word in words)
    width, height = max(word.x1 for word in words) - x, max(word.y1 for word in words) - y
    return Box(x=x, y=y, width=width, height=height)


def hit_count(content: PageContent | None, query: Query) -> int:
    """How many runs of text on a page answer the query."""
    if content is None:
        return 0
    return sum(span.is_hit for span in mark_text(query, content.text))


def pagination(page: int, page_size: int, total: int) -> Pagination:
    """Which slice is shown; the last one where page lies behind it."""
    page_count = max(1, -(-total // page_size))
    page = min(page, page_count)
    first = (page - 1) * page_size + 1 if total else 0
    return Pagination(
        page=page, page_count=page_count, first=first,
        last=min(page * page_size, total), total=total,
    )  # fmt: skip


def slice_of(rows: Sequence[T], page: int, page_size: int) -> Sequence[T]:
    """The rows of one page (from 1)."""
    return rows[(page - 1) * page_size : page * page_size]


def document_list(found: Iterable[ListedRecord]) -> tuple[RecentDocument, ...]:
    """Records as they stand in a list of what was used, or came, lately."""
    return tuple(
        RecentDocument(
            record_id=one.record.record_id,
            title=one.record.title,
            client_name=", ".join(client.full_name for client in one.clients),
            at=one.at,
        )
        for one in found
    )


def summaries(clients: Iterable[Client]) -> tuple[ClientSummary, ...]:
    """Several clients' summaries."""
    return tuple(client_summary(client) for client in clients)
