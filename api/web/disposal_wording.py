"""Plain words for what disposal names by code: states, decisions, actions."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.web.view_models import Choice
from edrms.fileplan import load_record_classes
from retention.disposal_tables import DisposalItem

STATES: Mapping[str, str] = {
    "proposed": _l("Proposed"),
    "appraised": _l("Appraised"),
    "approved": _l("Approved"),
    "waiting": _l("Waiting period"),
    "executing": _l("Being carried out"),
    "certified": _l("Certified"),
    "declined": _l("Declined"),
}
NEXT: Mapping[str, str] = {
    "proposed": _l("Each record needs its decision and reason; then the appraisal is completed."),
    "appraised": _l("Somebody who neither proposed nor appraised any of it approves, or declines."),
    "approved": _l("The waiting period is to begin."),
    "waiting": _l(
        "When the waiting period is over it may be carried out. Until then it can be declined."
    ),
    "executing": _l(
        "Holds, dates and facts are asked again for each record. It goes on by itself."
    ),
    "certified": _l("What could be carried out is done, and the certificate says so."),
    "declined": _l("Nothing was carried out. The records may be proposed again."),
}
ITEM_STATES: Mapping[str, str] = {
    "proposed": _l("To be decided"),
    "appraised": _l("Decided"),
    "approved": _l("Approved"),
    "done": _l("Carried out"),
    "skipped": _l("Not carried out"),
    "released": _l("Let go"),
}
DECISIONS: Mapping[str, str] = {
    "destroy": _l("Destroy"),
    "extend": _l("Keep longer"),
    "reclass": _l("Another class"),
    "transfer": _l("Transfer"),
}
ACTIONS: Mapping[str, str] = {
    "DESTROY": _l("Destroy"),
    "REVIEW": _l("Review"),
    "ARCHIVE_OFFER": _l("Offer to an archive"),
    "RETAIN": _l("Keep"),
}


def decision_words(item: DisposalItem) -> str:
    """What was decided, "" while nothing is."""
    if not item.decision:
        return ""
    words = str(DECISIONS[item.decision])
    if item.extend_until:
        return str(_("%(what)s, until %(day)s", what=words, day=item.extend_until.isoformat()))
    return f"{words}: {item.to_class}" if item.to_class else words


def class_choices() -> tuple[Choice, ...]:
    """Every record class of the file plan."""
    return tuple(
        Choice(value=one.id, label=f"{one.id} {one.name}") for one in load_record_classes()
    )
