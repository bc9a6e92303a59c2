"""The catalogue of refusals and failures. Each says what happened and what to do next.

The web maps a family to an HTTP status in one place (api/errors.py); nothing here knows HTTP.
`code` is stable and machine-readable, the message is for people, `data` carries named values.
"""

from typing import Any, ClassVar


class EdrmsError(Exception):
    """Base of every error the product raises on purpose."""

    code: ClassVar[str] = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        fields: dict[str, str] | None = None,
        **data: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.error_code = code or self.code
        self.fields = fields or {}
        self.data = data


class Refused(EdrmsError):
    """A rule says no: the request was understood and may not be done now."""

    code = "refused"


class Conflict(Refused):
    """Somebody else changed it first; look again and repeat if still wanted."""

    code = "conflict"


class Unsupported(Refused):
    """The engine chosen in the settings cannot do this; the message says which could."""

    code = "unsupported"


class Denied(EdrmsError):
    """The actor may not. Outsiders are shown the same as NotFound."""

    code = "denied"


class Closed(Denied):
    """The actor knows that the thing exists and may not see into it; `data` says what could be done."""

    code = "closed"


class StepUpRequired(EdrmsError):
    """The act needs its actor proved afresh: password and second factor once more."""

    code = "step_up_required"


class TooMany(EdrmsError):
    """More requests in a minute than one person may make; `data` has retry_after_s."""

    code = "too_many"


class NotSignedIn(EdrmsError):
    """Nobody is signed in, or the session has ended."""

    code = "not_signed_in"


class Invalid(EdrmsError):
    """The request cannot be understood; `fields` says what is wrong where."""

    code = "invalid"


class TooLarge(Invalid):
    """More bytes than a file may have; nothing of it was kept."""

    code = "too_large"


class NotFound(EdrmsError):
    """There is no such thing, or none this actor may know of."""

    code = "not_found"


class Damaged(EdrmsError):
    """Stored bytes or rows do not agree with what was recorded; an operator must look."""

    code = "damaged"


class Unavailable(EdrmsError):
    """A part the request needs is not working just now; try again later."""

    code = "unavailable"


class OutcomeUnknown(Unavailable):
    """The connection was lost while saving: it may or may not have been saved. Never repeated blindly."""

    code = "outcome_unknown"


class NoSpace(Unavailable):
    """The disk is too full to accept more; nothing of the file was kept."""

    code = "no_space"


class StaleLease(EdrmsError):
    """A worker's lease passed to another; its late work is refused (fencing token differs)."""

    code = "stale_lease"


class CannotStart(EdrmsError):
    """The installation is not fit to run; the message names what to change."""

    code = "cannot_start"


def no_such(thing: str, reason: str = "") -> NotFound:
    """The one answer for absent and for forbidden, so that neither can be told from the other.

    reason: why it is forbidden, for the audit log alone.
    """
    message = f"There is no such {thing}, or you may not see it."
    return NotFound(message, code="not_found", reason=reason)
