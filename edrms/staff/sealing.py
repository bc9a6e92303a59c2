"""Secrets that must be read again, encrypted before they reach the database: AES-256-GCM under a key
derived from the instance's own secret, bound to whose they are. Holds no secret longer than a call.
"""

import base64
import os
from binascii import Error as NotBase64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from edrms.errors import CannotStart, Damaged
from edrms.settings import Settings

_NONCE_BYTES, _KEY_BYTES = 12, 32
_VERSION = "1."


def instance_secret(settings: Settings) -> bytes:
    """The secret of the instance: given where several hosts serve, else made with it in home.

    Raises CannotStart when there is neither.
    """
    given = settings.web_secret.get_secret_value()
    if given:
        return given.encode()
    try:
        return (settings.home / "secret_key").read_bytes()
    except FileNotFoundError as error:
        raise CannotStart("EDRMS_WEB_SECRET: expected, since home has no secret_key.") from error


class Sealer:
    """Encrypts and decrypts for one purpose. The key is derived at each use, so a host that never
    does either needs no secret."""

    def __init__(self, settings: Settings, purpose: str) -> None:
        self._settings = settings
        self._purpose = purpose.encode()

    def seal(self, secret: str, owner: str) -> str:
        """The secret encrypted; only with the same owner can it be opened again."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher().encrypt(nonce, secret.encode(), owner.encode())
        return _VERSION + base64.urlsafe_b64encode(nonce + sealed).decode()

    def open(self, sealed: str, owner: str) -> str:
        """The secret. Raises Damaged if it was changed, is another's, or the instance's secret was."""
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(_VERSION).encode())
            nonce, body = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
            return self._cipher().decrypt(nonce, body, owner.encode()).decode()
        except (InvalidTag, NotBase64, ValueError) as error:
            raise Damaged(
                "A stored secret cannot be read: it was changed, or the instance's secret was.",
                code="secret_unreadable",
            ) from error

    def _cipher(self) -> AESGCM:
        derive = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=self._purpose)
        return AESGCM(derive.derive(instance_secret(self._settings)))
