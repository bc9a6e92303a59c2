"""Who must be able to open each object of an item, and what to change about it. Pure.

A page's picture and text layer go with the page's document, the searchable PDF too. The file as it came
goes with every document in it, and so do pages in no document (separator sheets, their backs): they die
with the last record. While anything is not filed the item keeps what that needs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from edrms.ids import ObjectKey
from edrms.storage.holders import Holder, item_holder, record_holder

ABANDONED_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """record_id: "" for a document that never was on a client's file; one taken off a file again keeps its
    record, and that its keys. objects: its pages', its PDF, and the forms of its record."""

    record_id: str
    objects: frozenset[ObjectKey]


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """What the rows say of one item. shared: the original, and what belongs to pages in no document."""

    item_id: str
    is_read: bool
    shared: frozenset[ObjectKey]
    documents: tuple[DocumentFacts, ...]

    @property
    def is_filed(self) -> bool:
        """Whether all of it is on clients' files."""
        return self.is_read and bool(self.documents) and all(d.record_id for d in self.documents)


@dataclass(frozen=True, slots=True)
class Change:
    """add: objects by the holder that is to open them too. drop: what the item need not hold any more.
    take: what is another record's now, by the record that still holds it, since its pages were parted; end:
    the same where that other was destroyed. for_nobody: what nobody is to open, since all its records' keys
    were destroyed, or no row names it (a step that was cut off left it behind)."""

    add: dict[Holder, list[ObjectKey]] = field(default_factory=dict)
    drop: list[ObjectKey] = field(default_factory=list)
    take: dict[Holder, list[ObjectKey]] = field(default_factory=dict)
    end: list[ObjectKey] = field(default_factory=list)
    for_nobody: list[ObjectKey] = field(default_factory=list)


def wanted(facts: ItemFacts) -> dict[ObjectKey, set[Holder]]:
    """The holders of every object the rows name."""
    item, found = item_holder(facts.item_id), {key: set[Holder]() for key in facts.shared}
    for document in facts.documents:
        holder = record_holder(document.record_id) if document.record_id else item
        for key in document.objects | facts.shared:
            found.setdefault(key, set()).add(holder)
    if not facts.is_filed:
        for key in facts.shared:
            found[key].add(item)
    return found


def change(
    facts: ItemFacts,
    held: Mapping[ObjectKey, set[Holder]],
    since: Mapping[ObjectKey, datetime],
    destroyed: set[Holder],
    now: datetime,
) -> Change:
    """What to do to the key store. held: who has a key of each object; since: when the item got its own.

    A destroyed holder is never given a key again. The item lets go of nothing before those that are to
    hold it have it; in doubt it keeps.
    """
    made, item = Change(), item_holder(facts.item_id)
    for key, holders in wanted(facts).items():
        has = held.get(key, set())
        if not has:
            continue  # nobody can open it: nothing to give on
        for holder in sorted(holders - has - destroyed):
            made.add.setdefault(holder, []).append(key)
        for holder in sorted(has - holders - {item}):
            if holders <= destroyed:
                made.end.append(key)
            else:
                made.take.setdefault(holder, []).append(key)
        if item in has and item not in holders:
            (made.for_nobody if holders <= destroyed else made.drop).append(key)
    if facts.is_filed:
        named = wanted(facts).keys()
        made.for_nobody.extend(
            key for key, at in since.items() if key not in named and now - at > ABANDONED_AFTER
        )
    return made
