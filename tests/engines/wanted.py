"""The servers a test asks for, by their URLs in the environment.

Without one the test is skipped, visibly; under `make test-engines` (REQUIRED is set) it fails.
"""

import os
from enum import StrEnum

import pytest

REQUIRED = "EDRMS_TEST_ENGINES_REQUIRED"


class Engine(StrEnum):
    """Each kind of server, and the variable that names its URL. Credentials stand in the URL."""

    POSTGRESQL = "EDRMS_TEST_DATABASE_URL"  # postgresql://user:password@host:port/database
    MINIO = "EDRMS_TEST_OBJECTS_URL"  # s3+http://key:secret@host:port
    VERSITYGW = "EDRMS_TEST_OTHER_OBJECTS_URL"  # s3+http://key:secret@host:port
    OPENSEARCH = "EDRMS_TEST_SEARCH_URL"  # opensearch+http://host:port
    CLAMAV = "EDRMS_TEST_ANTIVIRUS_URL"  # clamd://host:port
    DOVECOT = "EDRMS_TEST_MAILBOX_URL"  # imap://user:password@host:port
    VERAPDF = "EDRMS_TEST_PDFA_VALIDATOR"  # no server: the jars of a validator, as a class path


def url_of(engine: Engine) -> str:
    """The URL of a running server of this kind; skips or fails the test without one."""
    url = os.environ.get(engine.value, "")
    if url:
        return url
    if os.environ.get(REQUIRED):
        pytest.fail(f"{engine.name} is missing: {engine.value} is not set", pytrace=False)
    pytest.skip(f"no {engine.name} here: run `make test-engines`")
