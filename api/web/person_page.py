"""The view model of what a staff member could see on a day."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _

from api.web import access_wording, wording
from api.web.subjects import links_to
from api.web.view_models import Held, PersonPage
from edrms.access.person_report import PersonCould
from edrms.access.roles import ROLES
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.tables import Allocation, Grant


def person_page(found: PersonCould, at: datetime) -> PersonPage:
    """Roles, teams, duty, own clients and grants, each with since when and until when."""
    return PersonPage(
        name=found.name,
        username=found.username,
        is_active=found.is_active,
        at=at,
        roles=tuple(
            Held(
                text=ROLES[row.role].name if row.role in ROLES else row.role,
                since=row.from_at,
                until=row.until_at,
            )
            for row in found.roles
        ),
        teams=tuple(
            Held(
                text=_("%(team)s, answers for its work", team=team) if row.supervises else team,
                since=row.from_at,
                until=row.until_at,
            )
            for team, row in found.teams
        ),
        duties=tuple(
            Held(
                text=str(wording.SERVICES.get(row.service, row.service)),
                since=row.from_at,
                until=row.until_at,
            )
            for row in found.duties
        ),
        allocations=tuple(_allocations(found.allocations)),
        grants=tuple(_grants(found.grants)),
        supervised=found.supervised,
    )


def _allocations(rows: tuple[Allocation, ...]) -> Iterable[Held]:
    links = links_to(Subject(SubjectKind.CLIENT, row.client_id) for row in rows)
    for row in rows:
        link = links[Subject(SubjectKind.CLIENT, row.client_id)]
        yield Held(text=link.text, href=link.href, since=row.from_at, until=row.until_at)


def _grants(rows: tuple[Grant, ...]) -> Iterable[Held]:
    subjects = [Subject(SubjectKind(row.subject_kind), row.subject_id) for row in rows]
    links = links_to(subjects)
    for row, subject in zip(rows, subjects, strict=True):
        how = access_wording.relation_words(row.relation)
        text = _("%(subject)s: %(how)s", subject=links[subject].text, how=how)
        yield Held(text=text, href=links[subject].href, since=row.from_at, until=row.until_at)
