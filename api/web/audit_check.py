"""The audit log on the status page: out of whose reach it is, and how far it is sealed."""

from flask_babel import gettext as _
from flask_babel import ngettext

from api.migrations.grants import log_is_out_of_reach
from api.web.view_models import Check
from api.wiring import Instance
from edrms.audit.state import sealing_state


def reach_check(instance: Instance) -> Check:
    """Whether the role we work as could rewrite the log if its triggers were gone."""
    name = _("Audit log")
    if log_is_out_of_reach(instance.database):
        detail = _("The service itself can only add to it")
        return Check(name=name, state="good", detail=detail)
    return Check(name=name, state="watch", detail=_("Guarded by the database's triggers only"))


def seal_check(instance: Instance) -> Check:
    """How far the log is sealed, how old its last checkpoint is, and what is wrong, if anything."""
    name, limit_s = _("Seal of the audit log"), instance.settings.audit_seal_limit_s
    state = sealing_state(instance.database, instance.clock, limit_s)
    if state.reading_stopped or state.problems:
        said = " ".join(state.problems)
        stopped = _("Documents cannot be opened until it is sealed again.")
        detail = f"{said} {stopped}" if state.reading_stopped else said
        return Check(name=name, state="bad", detail=detail)
    if state.checkpoint_age_s is None:
        return Check(name=name, state="watch", detail=_("Nothing is sealed yet"))
    detail = ngettext(
        "%(size)s events sealed; one waits", "%(size)s events sealed; %(num)s wait",
        state.unsealed, size=f"{state.size:,}",
    )  # fmt: skip
    return Check(name=name, state="good", detail=detail)
