"""Where a request comes from, and the cookies a browser keeps for us: the session and the device.

With EDRMS_SECURE_COOKIES their names begin with __Host-, which browsers accept only over TLS, for this
host alone and the whole of it.
"""

import ipaddress

from flask import Response, current_app, g, request
from werkzeug.wrappers import Response as AnyResponse

from edrms.staff.devices import KEPT_FOR
from edrms.staff.sessions import Arrival, Begun

SESSION, DEVICE = "edrms_session", "edrms_device"
_HOST_ONLY = "__Host-"
_IPV6_NETWORK_BITS = 64


def cookie_name(plain: str, *, is_secure: bool) -> str:
    """The name a cookie of ours has."""
    return _HOST_ONLY + plain if is_secure else plain


def _is_secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])


def cookie(plain: str) -> str:
    """What the browser sent of this cookie; empty if nothing."""
    return request.cookies.get(cookie_name(plain, is_secure=_is_secure()), "")


def source() -> str:
    """The address asked from; of IPv6 the network, since one visitor has all of it."""
    given = request.remote_addr or ""
    try:
        address = ipaddress.ip_address(given)
    except ValueError:
        return given
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, _IPV6_NETWORK_BITS), strict=False))
    return str(address)


def arrival() -> Arrival:
    """This request as an attempt to sign in."""
    return Arrival(source(), cookie(DEVICE), request.user_agent.string[:200], g.get("visit"))


def keep(response: Response | AnyResponse, begun: Begun) -> None:
    """Give the browser its session, and its device where that changed."""
    _set(response, SESSION, begun.token)
    if begun.device:
        _set(response, DEVICE, begun.device, max_age_s=int(KEPT_FOR.total_seconds()))


def _set(
    response: Response | AnyResponse, plain: str, value: str, max_age_s: int | None = None
) -> None:
    is_secure = _is_secure()
    response.set_cookie(
        cookie_name(plain, is_secure=is_secure), value, max_age=max_age_s, path="/",
        secure=is_secure, httponly=True, samesite="Strict",
    )  # fmt: skip


def drop_session(response: Response | AnyResponse) -> None:
    """Take the session from the browser; it stays a known device."""
    is_secure = _is_secure()
    response.delete_cookie(
        cookie_name(SESSION, is_secure=is_secure), path="/", secure=is_secure, httponly=True,
        samesite="Strict",
    )  # fmt: skip
