"""The status page's line on the keys: whether the key store answers and the root key opens it."""

from flask_babel import gettext as _
from flask_babel import ngettext

from api.web.view_models import Check
from edrms.errors import CannotStart, Damaged, Unavailable
from edrms.storage.key_store import KeyStore
from edrms.storage.key_upkeep import health


def key_check(keys: KeyStore) -> Check:
    """Counts only. That each key opens is for `edrms keys check`, which takes as long as there are keys."""
    name = _("Keys of documents")
    try:
        found = health(keys)
    except Unavailable:
        detail = _("They cannot be reached: documents cannot be opened or received")
        return Check(name=name, state="bad", detail=detail)
    except (CannotStart, Damaged):
        detail = _("The root key does not open the key store: documents cannot be opened")
        return Check(name=name, state="bad", detail=detail)
    if found.is_rotating:
        detail = ngettext(
            "The root key is being changed: %(num)s key to do",
            "The root key is being changed: %(num)s keys to do",
            found.under_older,
        )
        return Check(name=name, state="watch", detail=detail)
    detail = _("Every document is encrypted; the root key opens the key store")
    return Check(name=name, state="good", detail=detail)
