"""What a person is told, until they put it away: files opened in an emergency, documents on a wrong file."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, signed_in
from api.web.context import instance
from api.web.shell import say, shell
from api.web.subjects import links_to
from api.web.view_models import NoticeRow, NoticesPage

blueprint = Blueprint("notices", __name__)


@blueprint.get("/notices")
@signed_in
def index() -> ResponseReturnValue:
    """The person's own notices, latest first."""
    page = NoticesPage(notices=notice_rows())
    return render_template("notices.html", page=page, shell=shell())


def notice_rows(most: int = 50) -> tuple[NoticeRow, ...]:
    """The notices not put away yet, for a page."""
    told = instance().notices.unseen(actor(), most)
    if not told:
        return ()
    names = instance().staff.names(one.about_staff_id for one in told)
    links = links_to(one.subject for one in told)
    return tuple(
        NoticeRow(
            kind=one.kind, notice_id=one.notice_id, who=names[one.about_staff_id], subject=links[one.subject],
            at=one.at,
        )
        for one in told
    )  # fmt: skip


@blueprint.post("/notices/<notice_id>/seen")
@signed_in
def see(notice_id: str) -> ResponseReturnValue:
    """Put one's own notice away. One that is somebody else's is answered as absent."""
    instance().notices.see(actor(), notice_id)
    say("success", _("The notice is put away."))
    return redirect(url_for("notices.index"), 303)
