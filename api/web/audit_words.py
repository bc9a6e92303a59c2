"""The log in plain words: a sentence for every action of the vocabulary, in groups to choose from.

`%(it)s` is the reference or id of what it was done to. A test fails while an action lacks its sentence.
"""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from edrms.audit.model import Entry
from edrms.audit.rules import NOBODYS, OUT_OF_HOURS, SAME_SURNAME

GROUP = "group:"
_SHOWN_OF_AN_ID = 12


@dataclass(frozen=True, slots=True)
class Group:
    """Actions of one part of the work."""

    code: str
    name: str
    sentences: dict[str, str]


GROUPS: tuple[Group, ...] = (
    Group(
        "records",
        _l("Records"),
        {
            "record:content:view": _l("opened record %(it)s"),
            "record:page:view": _l("looked at a page of record %(it)s"),
            "record:page:part": _l("parted pages between record %(it)s and another"),
            "record:content:download": _l("downloaded record %(it)s"),
            "record:content:print": _l("printed record %(it)s"),
            "record:content:file": _l("filed record %(it)s"),
            "record:content:erase": _l("erased a part of record %(it)s"),
            "record:content:transfer": _l("handed over a copy of record %(it)s"),
            "record:transfer:prepare": _l("prepared transfer %(it)s"),
            "record:transfer:check": _l("gave in a receipt of transfer %(it)s that does not agree"),
            "record:transfer:view": _l("looked at transfer %(it)s"),
            "record:transfer:make": _l("packed transfer %(it)s"),
            "record:transfer:confirm": _l("confirmed that transfer %(it)s arrived"),
            "record:content:destroy": _l("destroyed record %(it)s"),
            "record:original:remove": _l(
                "removed the file in which record %(it)s came with others"
            ),
        },
    ),
    Group(
        "clients",
        _l("Clients"),
        {
            "client:file:view": _l("opened the file of client %(it)s"),
            "client:summary:search": _l("looked for a client"),
            "client:summary:add": _l("added client %(it)s"),
            "client:identity:link": _l("looked up the sealed identity of client %(it)s"),
            "client:allocation:start": _l("allocated client %(it)s"),
            "client:allocation:end": _l("ended an allocation of client %(it)s"),
            "client:record:remove": _l("took a record off the file of client %(it)s"),
            "client:record:add": _l("moved a record to the file of client %(it)s"),
        },
    ),
    Group(
        "search",
        _l("Search"),
        {
            "record:arrival:list": _l("was told what came for the people they work with"),
            "search:index:query": _l("searched the records"),
            "search:index:rebuild": _l("rebuilt the search index"),
        },
    ),
    Group(
        "post",
        _l("Post and scanning"),
        {
            "batch:list:open": _l("opened batch %(it)s"),
            "batch:list:close": _l("closed batch %(it)s"),
            "batch:list:reopen": _l("opened batch %(it)s again"),
            "batch:sheet:print": _l("printed the sheet of batch %(it)s"),
            "batch:count:tell": _l("told what was counted of batch %(it)s"),
            "item:page:arrange": _l("put pages of file %(it)s in order"),
            "item:page:undo": _l("took back a change of the pages of file %(it)s"),
            "item:content:arrange": _l("made documents of file %(it)s anew"),
            "batch:header:read": _l("read a header of batch %(it)s"),
            "batch:sheet:make": _l("made sheets to print"),
            "batch:manifest:fault": _l(
                "noted what does not agree with the manifest of batch %(it)s"
            ),
            "batch:letter:trace": _l("looked for a letter among the post"),
            "quality:sample:draw": _l("drew the sample of batch %(it)s"),
            "quality:sample:view": _l("looked at page or document %(it)s to check its quality"),
            "quality:sample:judge": _l("judged the quality of document %(it)s"),
            "quality:batch:escalate": _l("had every document of batch %(it)s looked at"),
            "batch:item:receive": _l("received a file into batch %(it)s"),
            "item:content:open": _l("took file %(it)s apart into pages"),
            "item:content:divide": _l("divided file %(it)s into documents"),
            "item:content:hold": _l("held file %(it)s"),
            "item:content:retry": _l("had file %(it)s read again"),
            "item:content:reject": _l("rejected file %(it)s"),
            "item:content:download": _l("downloaded file %(it)s as received"),
            "item:page:read": _l("read page %(it)s"),
            "item:page:fail": _l("could not read page %(it)s"),
            "item:page:prepare": _l("had page %(it)s sent ahead, to be looked at next"),
            "item:page:view": _l("looked at page or document %(it)s before it was filed"),
        },
    ),
    Group(
        "indexing",
        _l("Indexing"),
        {
            "document:index:suggest": _l("suggested how to index document %(it)s"),
            "document:index:take": _l("took document %(it)s to index"),
            "document:index:release": _l("put document %(it)s back into the queue"),
            "document:index:skip": _l("skipped document %(it)s"),
            "document:index:reject": _l("rejected document %(it)s"),
            "document:index:restore": _l("brought back document %(it)s"),
            "document:model:learn": _l("taught the classifier from what was filed"),
            "record:misfile:find": _l("found that record %(it)s names another client better"),
            "record:misfile:view": _l("looked at record %(it)s as a possible misfile"),
            "record:misfile:dismiss": _l("said that record %(it)s is on the right file"),
            "record:misfile:settle": _l("settled a possible misfile of record %(it)s"),
            "record:misfile:walk": _l("looked through everything filed for misfiles"),
        },
    ),
    Group(
        "retention",
        _l("Retention"),
        {
            "retention:event:record": _l("recorded a life event of %(it)s"),
            "retention:event:withdraw": _l("withdrew a life event of %(it)s"),
            "retention:schedule:propose": _l("proposed version %(it)s of the retention schedule"),
            "retention:schedule:preview": _l("previewed version %(it)s of the retention schedule"),
            "retention:schedule:enact": _l("took version %(it)s of the schedule into force"),
            "retention:record:extend": _l("kept record %(it)s longer"),
            "retention:answer:renew": _l("dated every record by version %(it)s of the schedule"),
        },
    ),
    Group(
        "access",
        _l("Access"),
        {
            "access:request:refuse": _l("was refused what was asked for (%(it)s)"),
            "access:block:place": _l("blocked somebody from %(it)s for a conflict of interest"),
            "access:block:lift": _l("lifted a block from %(it)s"),
            "access:marking:place": _l("marked %(it)s as guarded"),
            "access:marking:lift": _l("took a marking off %(it)s"),
            "access:seal:place": _l("sealed the file of client %(it)s"),
            "access:grant:give": _l("let somebody in to %(it)s for a time"),
            "access:grant:end": _l("ended somebody's grant on %(it)s"),
            "access:glass:break": _l("broke the glass on %(it)s"),
            "access:glass:end": _l("ended a breaking of the glass on %(it)s"),
            "access:review:decide": _l("decided review %(it)s"),
            "access:notice:see": _l("acknowledged notice %(it)s"),
            "access:guard:view": _l("looked at what guards %(it)s"),
            "access:report:view": _l("looked up who could see %(it)s"),
            "access:route:view": _l("looked at a page of the service (%(it)s)"),
            "access:route:use": _l("used a form of the service without a change (%(it)s)"),
            "access:ticket:use": _l("fetched content with a ticket (%(it)s)"),
        },
    ),
    Group(
        "incidents",
        _l("Documents on the wrong file"),
        {
            "record:misfile:report": _l("reported record %(it)s as on the wrong file"),
            "record:misfile:repair": _l("took record %(it)s off the wrong file"),
            "incident:case:view": _l("looked at incidents %(it)s"),
            "incident:case:assess": _l("assessed incident %(it)s"),
            "incident:case:close": _l("closed incident %(it)s"),
            "incident:case:dismiss": _l("dismissed incident %(it)s"),
            "incident:list:export": _l("exported the incidents"),
        },
    ),
    Group(
        "holds",
        _l("Holds"),
        {
            "hold:hold:place": _l("placed hold %(it)s"),
            "hold:hold:lift": _l("lifted hold %(it)s"),
            "hold:hold:view": _l("looked at holds %(it)s"),
            "hold:hold:review": _l("looked whether hold %(it)s is still needed"),
            "hold:owner:change": _l("gave hold %(it)s another owner"),
            "hold:list:export": _l("exported the holds"),
            "hold:hold:import": _l("took in hold %(it)s"),
            "hold:record:follow": _l("kept hold %(it)s on a record that was moved"),
        },
    ),
    Group(
        "disposal",
        _l("Disposal"),
        {
            "disposal:case:propose": _l("proposed disposal case %(it)s"),
            "disposal:case:view": _l("looked at disposal cases %(it)s"),
            "disposal:item:appraise": _l("appraised records of disposal case %(it)s"),
            "disposal:case:appraise": _l("completed the appraisal of disposal case %(it)s"),
            "disposal:case:approve": _l("approved disposal case %(it)s"),
            "disposal:case:wait": _l("began the waiting period of disposal case %(it)s"),
            "disposal:case:execute": _l("had disposal case %(it)s carried out"),
            "disposal:case:certify": _l("certified disposal case %(it)s"),
            "disposal:case:decline": _l("declined disposal case %(it)s"),
            "disposal:item:end": _l("carried out the decision on record %(it)s"),
            "disposal:item:skip": _l("left record %(it)s as it is: the check did not pass"),
            "disposal:certificate:view": _l("opened the certificate of disposal case %(it)s"),
            "record:file:change": _l("moved record %(it)s to a file of another class"),
            "record:stub:view": _l("looked at what was destroyed of client %(it)s"),
        },
    ),
    Group(
        "paper",
        _l("Paper"),
        {
            "batch:quality:check": _l("recorded a quality check of batch %(it)s"),
            "paper:box:register": _l("registered box %(it)s"),
            "paper:box:view": _l("looked at the paper of %(it)s"),
            "paper:box:move": _l("moved box %(it)s"),
            "paper:box:lend": _l("gave out box %(it)s"),
            "paper:box:return": _l("took back box %(it)s"),
            "paper:box:lose": _l("reported box %(it)s lost"),
            "paper:box:find": _l("reported box %(it)s found"),
            "paper:box:retire": _l("retired box %(it)s"),
            "paper:box:label": _l("made a label for box %(it)s"),
            "paper:part:place": _l("put paper into a box (%(it)s)"),
            "paper:part:separate": _l("took paper out of its batch (%(it)s)"),
            "paper:part:move": _l("moved paper to another box (%(it)s)"),
            "paper:part:keep": _l("marked paper to be kept for good (%(it)s)"),
            "paper:part:report": _l("said what became of paper (%(it)s)"),
            "paper:place:view": _l("looked where the paper of client %(it)s is"),
            "paper:task:open": _l("opened paper task %(it)s"),
            "paper:task:isolate": _l("isolated the paper of task %(it)s"),
            "paper:task:close": _l("closed paper task %(it)s"),
            "paper:destruction:propose": _l("proposed destruction of paper %(it)s"),
            "paper:destruction:view": _l("looked at destruction of paper %(it)s"),
            "paper:destruction:confirm": _l("confirmed destruction of paper %(it)s"),
            "paper:destruction:decline": _l("declined destruction of paper %(it)s"),
            "paper:destruction:certify": _l("certified destruction of paper %(it)s"),
            "paper:certificate:view": _l("opened the certificate of destruction of paper %(it)s"),
        },
    ),
    Group(
        "staff",
        _l("Staff"),
        {
            "staff:session:start": _l("signed in"),
            "staff:session:end": _l("signed out"),
            "staff:session:prove": _l("proved again who they are"),
            "staff:account:view": _l("looked at the account of %(it)s"),
            "staff:account:deactivate": _l("closed the account of %(it)s"),
            "staff:account:reactivate": _l("opened the account of %(it)s again"),
            "staff:role:give": _l("gave %(it)s a role"),
            "staff:role:take": _l("took a role from %(it)s"),
            "staff:password:set": _l("set the password of %(it)s"),
            "staff:password:change": _l("changed their password"),
            "staff:factor:set": _l("set up a second factor"),
            "staff:factor:recover": _l("signed in with a recovery code"),
            "staff:factor:reset": _l("reset the second factor of %(it)s"),
            "staff:token:add": _l("made a token for a program (%(it)s)"),
            "staff:token:view": _l("looked at the tokens of programs"),
            "staff:token:revoke": _l("revoked a token (%(it)s)"),
            "staff:person:set": _l("recorded whose account %(it)s is"),
            "staff:account:add": _l("added the account of %(it)s"),
            "staff:team:add": _l("added team %(it)s"),
            "staff:team:join": _l("put %(it)s in a team"),
            "staff:team:leave": _l("took %(it)s out of a team"),
            "staff:duty:start": _l("put %(it)s on duty"),
        },
    ),
    Group(
        "audit",
        _l("Audit log and service"),
        {
            "audit:event:view": _l("looked into the audit log"),
            "audit:event:export": _l("exported events of the audit log"),
            "audit:detail:view": _l("looked at the personal detail of event %(it)s"),
            "audit:log:export": _l("exported the whole log for checking"),
            "audit:event:prove": _l("made a proof of event %(it)s"),
            "audit:detail:erase": _l("erased the personal detail of event %(it)s"),
            "instance:keys:join": _l("joined a key store"),
            "instance:keys:rotate": _l("changed the root key"),
            "instance:keys:retire": _l("retired a root key"),
            "instance:role:grant": _l("gave the database's roles their rights"),
            "instance:schema:upgrade": _l("upgraded the tables of the service"),
        },
    ),
)
SENTENCES: dict[str, str] = {
    action: sentence for group in GROUPS for action, sentence in group.sentences.items()
}
OUTCOMES: dict[str, str] = {
    "done": _l("Done"),
    "refused": _l("Refused"),
    "failed": _l("Failed"),
}
ALERTS: dict[str, str] = {
    SAME_SURNAME: _l("Same surname as the client"),
    NOBODYS: _l("Nobody was allocated to the client"),
    OUT_OF_HOURS: _l("Many files out of hours"),
}
KINDS: dict[str, str] = {
    "record": _l("Record"),
    "client": _l("Client"),
    "staff": _l("Member of staff"),
    "hold": _l("Hold"),
    "secret_hold": _l("Secret hold"),
    "disposal_case": _l("Disposal case"),
    "paper_box": _l("Box of paper"),
    "paper_part": _l("Paper"),
    "paper_task": _l("Task of paper"),
    "paper_destruction": _l("Destruction of paper"),
}


def actions_of(chosen: str) -> frozenset[str] | None:
    """The actions of a choice: "" all (an empty set), "group:post" its group's, or one action's name.

    None for what is no choice.
    """
    if not chosen:
        return frozenset()
    if chosen in SENTENCES:
        return frozenset({chosen})
    code = chosen.removeprefix(GROUP)
    found = [group for group in GROUPS if chosen == GROUP + group.code and group.code == code]
    return frozenset(found[0].sentences) if found else None


def sentence(entry: Entry) -> str:
    """What somebody did, without who: "opened record R-7WG6-0H7F"."""
    words = SENTENCES.get(entry.action, "%(it)s")
    it = entry.subject_name or short(entry.subject_id)
    return str(words) % {"it": it} if entry.action in SENTENCES else f"{entry.action} {it}".strip()


def action_name(action: str) -> str:
    """The sentence of an action without what it was done to, for a list to choose from."""
    return (str(SENTENCES[action]) % {"it": "\u2026"}).strip()


def short(identifier: str) -> str:
    """The beginning of an id, enough to tell two apart on a page."""
    if len(identifier) <= _SHOWN_OF_AN_ID:
        return identifier
    return f"{identifier[:_SHOWN_OF_AN_ID]}\u2026"
