"""Plain words for relations, markings, permissions and the other codes of access. Decides nothing."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from edrms.access.markings import ADDRESS, EXEMPT
from edrms.access.model import Relation
from edrms.fileplan import Sensitivity

RELATIONS: Mapping[str, str] = {
    Relation.ANY: _l("No tie is needed"),
    Relation.ALLOCATED: _l("Their own worker"),
    Relation.TEAM: _l("Works in their team"),
    Relation.SUPERVISED: _l("Answers for their team"),
    Relation.DUTY: _l("On duty"),
    Relation.PANEL: _l("Papers of a meeting"),
    Relation.LISTED: _l("Named for this file"),
    Relation.GRANTED: _l("Let in for a time"),
    Relation.GLASS: _l("Opened in an emergency"),
    Relation.ADMITTED: _l("Admitted through the seal"),
}

RELATION_HINTS: Mapping[str, str] = {
    Relation.GRANTED: _l("A colleague whose work needs the file until a date."),
    Relation.LISTED: _l("A guest of a partner, an auditor, or a complaints officer."),
    Relation.PANEL: _l("Somebody at a conference or panel who reads its papers."),
    Relation.ADMITTED: _l("One of the few who may see a sealed file."),
}

LEVELS: Mapping[str, str] = {
    Sensitivity.NORMAL: _l("Normal"),
    Sensitivity.RESTRICTED: _l("Restricted"),
    Sensitivity.SEALED: _l("Sealed"),
}

MARKINGS: Mapping[str, str] = {
    Sensitivity.RESTRICTED: _l("Restricted"),
    Sensitivity.SEALED: _l("Sealed"),
    ADDRESS: _l("Address protected"),
} | {
    kind.marking: _l("Exempt %(number)s: %(words)s", number=kind.number, words=kind.words)
    for kind in EXEMPT
}

_NO_PARTNERS = _l("Not open to people of another organisation, and a warning before it is shared.")
EFFECTS: Mapping[str, str] = {
    Sensitivity.RESTRICTED: _l("Open only to the person's own worker, to whoever answers for the "
                               "team, and to those let in."),
    Sensitivity.SEALED: _l("Closed to all but the adoption team and those admitted. It is found by "
                           "no search."),
    ADDRESS: _l("Open only to roles that may see protected addresses, and a warning before it is "
                "downloaded or printed. Nobody else finds the person by the address."),
} | {kind.marking: _NO_PARTNERS for kind in EXEMPT}  # fmt: skip

WARNINGS: Mapping[str, str] = {
    ADDRESS: _l("This shows a protected address. Check before you share it."),
} | {
    kind.marking: _l(
        "This is exempt from publication (category %(number)s: %(words)s). Check before you share "
        "it outside the council.",
        number=kind.number, words=kind.words,
    )
    for kind in EXEMPT
}  # fmt: skip

SITUATIONS: Mapping[str, str] = {
    "danger": _l("Somebody is in danger now"),
    "police": _l("Police, hospital or court need an answer now"),
    "caller": _l("The person, or a carer, is here or on the telephone"),
    "cover": _l("I cover for a colleague who cannot be reached"),
    "other": _l("Something else"),
}

STALE: Mapping[str, str] = {
    "inactive": _l("The account is closed"),
    "no_role": _l("The holder has no role any more"),
    "unused": _l("Never used"),
    "ending": _l("Ends soon"),
}

PERMISSIONS: Mapping[str, str] = {
    "access:allocation:change": _l("Say whose client somebody is"),
    "access:block:lift": _l("Lift a conflict block"),
    "access:block:place": _l("Place a conflict block"),
    "access:glass:break": _l("Open a file in an emergency"),
    "access:grant:end": _l("End a grant"),
    "access:grant:give": _l("Let somebody in for a time"),
    "access:guard:view": _l("See who can see a file"),
    "access:marking:lift": _l("Lift a marking"),
    "access:marking:place": _l("Place a marking"),
    "access:report:view": _l("Read reports on access"),
    "access:review:decide": _l("Review emergency and duty looks"),
    "access:seal:admit": _l("Admit through a seal"),
    "access:seal:place": _l("Seal a file"),
    "audit:detail:erase": _l("Erase personal detail of the audit log"),
    "audit:detail:view": _l("See personal detail of the audit log"),
    "audit:event:export": _l("Export events of the audit log"),
    "audit:event:view": _l("Read the audit log"),
    "audit:log:export": _l("Export the whole audit log for checking"),
    "batch:all:view": _l("See all batches"),
    "batch:item:receive": _l("Send in files"),
    "batch:list:open": _l("Open a batch"),
    "batch:list:close": _l("Close a batch"),
    "batch:sheet:make": _l("Print separators, envelopes and batch headers"),
    "batch:difference:accept": _l("Close a batch although counts differ"),
    "batch:own:view": _l("See own batches"),
    "client:file:view": _l("Open a person's file"),
    "client:identity:link": _l("See who a sealed person is now"),
    "client:summary:add": _l("Add a person to the register"),
    "client:summary:search": _l("Find a person"),
    "document:index:file": _l("File a document"),
    "document:index:reject": _l("Reject a document"),
    "item:page:arrange": _l("Put the pages of a file in order"),
    "document:index:release": _l("Put back a document that a colleague has in hand"),
    "document:index:skip": _l("Skip a document"),
    "document:page:view": _l("See pages waiting to be indexed"),
    "document:queue:view": _l("See the indexing queue"),
    "disposal:case:approve": _l("Approve a disposal"),
    "disposal:case:decline": _l("Decline a disposal"),
    "disposal:case:execute": _l("Have a disposal carried out"),
    "disposal:case:propose": _l("Propose a disposal"),
    "disposal:case:view": _l("See disposal cases and certificates"),
    "disposal:item:appraise": _l("Appraise records that are due"),
    "record:stub:view": _l("See what was destroyed"),
    "batch:quality:check": _l("Check the quality of sampled documents"),
    "record:misfile:view": _l("See documents that may be on a wrong file"),
    "record:misfile:dismiss": _l("Say that a document is on the right file"),
    "quality:figure:view": _l("See the figures of scanning quality"),
    "paper:box:move": _l("Move, give out and take back boxes of paper"),
    "paper:box:register": _l("Register a box"),
    "paper:box:retire": _l("Retire a box"),
    "paper:box:view": _l("See boxes and the paper of batches"),
    "paper:destruction:confirm": _l("Confirm that paper was destroyed"),
    "paper:destruction:decline": _l("Decline a destruction of paper"),
    "paper:destruction:propose": _l("Propose to destroy paper"),
    "paper:destruction:view": _l("See destruction of paper and its certificates"),
    "paper:part:keep": _l("Mark paper to be kept for good"),
    "paper:part:place": _l("Put paper into a box"),
    "paper:part:report": _l("Say that paper is lost, found or gone"),
    "paper:place:view": _l("See where the paper of a record is"),
    "paper:task:answer": _l("Answer a task of paper"),
    "paper:task:isolate": _l("Say that paper was isolated"),
    "paper:task:view": _l("See tasks of paper"),
    "hold:hold:lift": _l("Lift a hold"),
    "hold:hold:place": _l("Place a hold"),
    "hold:hold:review": _l("Look whether a hold is still needed"),
    "hold:hold:view": _l("See holds"),
    "hold:secret:place": _l("Place a secret hold"),
    "hold:secret:view": _l("Know of secret holds"),
    "item:content:download": _l("Download a held file"),
    "item:content:reject": _l("Reject a held file"),
    "item:content:retry": _l("Try a held file again"),
    "record:content:download": _l("Download a record"),
    "record:content:print": _l("Print a record"),
    "record:content:transfer": _l("Hand a record over to an archive or authority"),
    "record:transfer:confirm": _l("Confirm that a transfer arrived"),
    "record:content:view": _l("Read a record"),
    "record:misfile:report": _l("Report a document on the wrong file"),
    "record:misfile:repair": _l("Take a document off the wrong file"),
    "incident:case:view": _l("See incidents of documents on the wrong file"),
    "incident:case:decide": _l("Assess and close such an incident"),
    "record:restricted:know": _l("Know that restricted records exist"),
    "retention:answer:view": _l("See until when a record is kept"),
    "retention:desk:view": _l("See what falls due, and when"),
    "retention:event:record": _l("Record a life event"),
    "retention:event:view": _l("See life events"),
    "retention:event:withdraw": _l("Withdraw a life event"),
    "retention:fact:list": _l("List the facts that retention lacks"),
    "retention:schedule:enact": _l("Take a retention schedule into force"),
    "retention:schedule:preview": _l("Preview a retention schedule"),
    "retention:schedule:propose": _l("Propose a retention schedule"),
    "retention:schedule:view": _l("See retention schedules"),
    "search:index:query": _l("Search"),
    "staff:account:manage": _l("Manage accounts and roles"),
    "staff:factor:reset": _l("Reset a second factor"),
    "staff:session:end": _l("End others' sessions"),
    "staff:team:manage": _l("Manage teams and duty"),
    "staff:token:manage": _l("Manage programs' tokens"),
    "system:status:view": _l("See how the service is"),
}


def marking_words(marking: str) -> str:
    """A marking as people say it; an unknown code as it is."""
    return str(MARKINGS.get(marking, marking))


def relation_words(relation: str) -> str:
    """A relation as people say it; an unknown code as it is."""
    return str(RELATIONS.get(relation, relation))


def permission_words(permission: str) -> str:
    """What a permission lets its holder do; one without words of its own as it is."""
    return str(PERMISSIONS.get(permission, permission))
