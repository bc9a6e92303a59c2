"""View model of the page "Pages of this file"."""

from dataclasses import dataclass
from datetime import datetime

from api.web.view_models.shell import Choice, FieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePage:
    """A page as a small picture. number: in the file; position: in its document, 0 outside any.

    has_picture: it may be looked at here. fault: what is wrong with its scan, in words. rescans: what it is a
    rescan of, in words. may_*: which buttons it has. is_on_record: it is neither turned nor taken out.
    """

    number: int
    position: int
    kind: str
    has_picture: bool
    fault: str = ""
    rescan_of: str = ""
    is_turned: bool = False
    may_change: bool = False
    may_split: bool = False
    is_on_record: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDocument:
    """A document and its pages in order; document_id "" for pages in none. may_join: with the one before.
    was_on_file: it was taken off a file, or parted from what was, and stays a document of its own."""

    document_id: str
    title: str
    state: str
    pages: tuple[FilePage, ...]
    may_join: bool = False
    workbench: bool = False
    was_on_file: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesPage:
    """The file's pages by document. chosen: the page whose further forms are shown. seen: how many changes
    were made so far. last_*: the change that would be undone.

    Form fields: act, page, seen, document, position, kind, fault, rescan_batch, rescan_file, rescan_page.
    """

    item_id: str
    name: str
    batch_id: str
    batch_reference: str
    documents: tuple[FileDocument, ...]
    seen: int
    chosen: FilePage | None = None
    chosen_is_loose: bool = False
    places: tuple[Choice, ...] = ()
    faults: tuple[Choice, ...] = ()
    chosen_fault: str = ""
    last_act: str = ""
    last_by: str = ""
    last_at: datetime | None = None
    is_being_made: bool = False
    errors: tuple[FieldError, ...] = ()
