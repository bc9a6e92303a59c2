"""What is wrong from the start: settings, credentials, rights, clocks, and servers that cannot be used.

A store is refused before anything is entrusted to it, by a message that says what to change. What
goes wrong later: test_s3_faults.py.
"""

import secrets
import socket
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import minio.time
import pytest
from minio.credentials import StaticProvider
from minio.minioadmin import MinioAdmin

from edrms.errors import CannotStart, Unavailable
from edrms.storage.s3_config import S3Config, s3_config
from edrms.storage.s3_store import S3ObjectStore
from tests.contract.s3_buckets import _empty, bare, bucket, config_of
from tests.contract.s3_faults import Fault, How, Line, answer, with_header, with_status
from tests.contract.store_contract import LETTER, MOST
from tests.contract.test_s3_store import SERVERS
from tests.engines.server import free_port
from tests.engines.wanted import Engine

SECRET = "hunter2-is-secret"
EXPECTED = "expected s3+https://host:port/bucket, with /prefix and ?region=name where wanted"
READING = ["s3:GetBucket*", "s3:ListBucket*", "s3:GetObject*"]
ALWAYS = 1000
OTHER_SUM = "x" * 43 + "="


@pytest.fixture(params=SERVERS, ids=lambda one: one.name.lower())
def store(request: pytest.FixtureRequest) -> Iterator[S3ObjectStore]:
    with bucket(config_of(request.param), with_holds=False) as made:
        yield made


def refusal(config: S3Config) -> CannotStart:
    """A store of this configuration is not prepared; says why, and does not tell the secret."""
    with pytest.raises(CannotStart) as raised:
        S3ObjectStore(config).prepare()
    assert config.secret_key not in "".join(traceback.format_exception(raised.value))
    return raised.value


def is_bare(store: S3ObjectStore) -> bool:
    """Whether the bucket holds nothing at all, of whatever name."""
    config = store._config
    return list(bare(config).list_objects(config.bucket, recursive=True)) == []


# Credentials


def test_an_access_key_that_nobody_has_is_refused(store: S3ObjectStore) -> None:
    error = refusal(replace(store._config, access_key="nobody"))
    assert "EDRMS_OBJECTS_ACCESS_KEY" in error.message
    assert "EDRMS_OBJECTS_SECRET_KEY" in error.message


def test_a_wrong_secret_is_refused(store: S3ObjectStore) -> None:
    error = refusal(replace(store._config, secret_key=SECRET))
    assert "EDRMS_OBJECTS_SECRET_KEY" in error.message


@contextmanager
def account(config: S3Config, actions: list[str]) -> Iterator[S3Config]:
    """A configuration that signs for an account of MinIO which may only do this in the bucket."""
    name, secret = f"edrms-test-{secrets.token_hex(4)}", secrets.token_hex(16)
    credentials = StaticProvider(config.access_key, config.secret_key)
    admin = MinioAdmin(endpoint=config.endpoint, credentials=credentials, secure=config.secure)
    own = [f"arn:aws:s3:::{config.bucket}", f"arn:aws:s3:::{config.bucket}/*"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": own}
    admin.policy_add(name, policy={"Version": "2012-10-17", "Statement": [statement]})
    admin.user_add(name, secret)
    admin.policy_set(name, user=name)
    try:
        yield replace(config, access_key=name, secret_key=secret)
    finally:
        admin.user_remove(name)
        admin.policy_remove(name)


@pytest.mark.parametrize(
    "actions",
    [READING, [*READING, "s3:PutObject"], ["s3:PutObject", "s3:DeleteObject*"]],
    ids=["only reads", "cannot delete", "cannot list"],
)
def test_an_account_that_may_do_too_little_is_refused_at_once(actions: list[str]) -> None:
    """On MinIO only: the tests' versitygw has its one root account, which may do everything."""
    with (
        bucket(config_of(Engine.MINIO), with_holds=False) as made,
        account(made._config, actions) as config,
    ):
        message = refusal(config).message
        assert config.bucket in message
        assert "read, write, list and delete" in message


# The bucket


@contextmanager
def no_bucket(engine: Engine) -> Iterator[S3Config]:
    """A configuration naming a bucket that is not there; if it was made, it is removed."""
    config = config_of(engine)
    try:
        yield config
    finally:
        if bare(config).bucket_exists(config.bucket):
            _empty(config, with_holds=True)
            bare(config).remove_bucket(config.bucket)


@pytest.mark.parametrize("engine", SERVERS)
def test_a_missing_bucket_is_refused_by_its_name_and_not_made(engine: Engine) -> None:
    with no_bucket(engine) as config:
        error = refusal(config)
        assert config.bucket in error.message and "EDRMS_OBJECTS_URL" in error.message
        assert not bare(config).bucket_exists(config.bucket)


@pytest.mark.parametrize("engine", SERVERS)
def test_a_missing_bucket_is_made_when_asked_with_versions_and_holds(engine: Engine) -> None:
    with no_bucket(engine) as config:
        store = S3ObjectStore(config)
        found = store.prepare(create=True)
        assert found.keeps_versions and found.has_holds
        assert store.prepare(create=True) == found
        key = store.put([LETTER], max_bytes=MOST).key
        store.hold(key)
        assert store.is_held(key)
        store.release(key)


@pytest.mark.parametrize("engine", SERVERS)
def test_without_a_bucket_nothing_is_stored_or_listed(engine: Engine) -> None:
    with no_bucket(engine) as config:
        store = S3ObjectStore(config)
        for ask in (lambda: store.put([LETTER], max_bytes=MOST), lambda: list(store.keys())):
            with pytest.raises(Unavailable, match=config.bucket):
                ask()


# Clocks and regions


@pytest.mark.parametrize("skew", [timedelta(minutes=20), timedelta(minutes=-20)])
def test_a_clock_far_from_the_store_s_is_named(
    store: S3ObjectStore, skew: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = minio.time.utcnow
    with monkeypatch.context() as patched:
        patched.setattr("minio.time.utcnow", lambda: now() + skew)
        with pytest.raises(Unavailable, match="clocks"):
            store.prepare()
        with pytest.raises(Unavailable, match="clocks"):
            store.put([LETTER], max_bytes=MOST)
    store.prepare()
    assert is_bare(store)


def test_another_region_than_the_server_s_is_refused() -> None:
    """On versitygw only: MinIO takes every region unless it was given one."""
    with bucket(config_of(Engine.VERSITYGW), with_holds=False) as made:
        error = refusal(replace(made._config, region="mars-north-1"))
        assert "?region=" in error.message


# Servers that are none


class _Website(BaseHTTPRequestHandler):
    status = 200

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        page = b"<html><body>Welcome</body></html>"
        self.send_response(self.status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(page)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def website(status: int) -> Iterator[str]:
    """host:port of a web server that answers everything with one page."""
    handler = type("Website", (_Website,), {"status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


def at(endpoint: str, scheme: str = "s3+http") -> S3ObjectStore:
    return S3ObjectStore(s3_config(f"{scheme}://{endpoint}/bucket", "key", SECRET))


def is_not_used(store: S3ObjectStore) -> None:
    with pytest.raises((CannotStart, Unavailable)) as raised:
        store.prepare(create=True)
    assert SECRET not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("status", [200, 204, 301, 302, 304, 400, 401, 403, 404, 405, 418, 500])
def test_a_website_is_no_store(status: int) -> None:
    with website(status) as endpoint:
        is_not_used(at(endpoint))


def test_a_port_where_nobody_listens_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        at(f"127.0.0.1:{free_port()}").prepare()


def test_a_server_of_another_protocol_is_no_store() -> None:
    greeting = b"220 mail.example ESMTP\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            for _ in range(2):
                connection, _peer = listening.accept()
                connection.recv(1 << 16)
                connection.sendall(greeting)
                connection.close()

        threading.Thread(target=greet, daemon=True).start()
        is_not_used(at(f"127.0.0.1:{listening.getsockname()[1]}"))


def test_a_store_without_encryption_is_not_taken_for_one_with_it(store: S3ObjectStore) -> None:
    is_not_used(at(store._config.endpoint, "s3+https"))


# Servers that break what is promised


@contextmanager
def over_a_line(config: S3Config) -> Iterator[tuple[Line, S3Config]]:
    """A line to the server that can be harmed, and the configuration that goes over it."""
    host, _, port = config.endpoint.rpartition(":")
    with Line(host, int(port)) as line:
        yield line, replace(config, endpoint=line.endpoint)


@pytest.mark.parametrize(
    ("fault", "what"),
    [
        (Fault("PUT", rewritten=with_status(412, "200 OK")), "overwrites"),
        (Fault("PUT", rewritten=with_status(400, "200 OK")), "do not match their checksum"),
        (Fault("GET", rewritten=with_status(206, "200 OK")), "does not send a part"),
        (Fault("GET", How.FLIP, path="/probe-"), "does not send a part"),
        (Fault("GET", rewritten=with_status(412, "206 Partial Content")), "(If-Match)"),
        (
            Fault("PUT", rewritten=with_header("x-amz-checksum-sha256", OTHER_SUM)),
            "of what it keeps",
        ),
        (Fault("HEAD", rewritten=with_header("x-amz-checksum-sha256", None)), "in parts"),
        (Fault("HEAD", rewritten=with_status(200, "404 Not Found")), "in parts"),
    ],
    ids=[
        "overwrites",
        "any checksum",
        "no ranges",
        "other range",
        "other object",
        "other checksum",
        "no checksum",
        "no object",
    ],
)
def test_a_server_that_breaks_a_promise_is_refused_and_keeps_no_trace_of_the_trial(
    store: S3ObjectStore, fault: Fault, what: str
) -> None:
    with over_a_line(store._config) as (line, bad):
        line.harm(replace(fault, times=ALWAYS))
        error = refusal(bad)
    assert what in error.message and "docs/adr/0007-objects-on-s3.md" in error.message
    assert is_bare(store) and list(store._requests.uploads()) == []


@pytest.mark.parametrize(
    "fault", [Fault("GET", path="versions="), Fault("POST", path="uploads=")], ids=["list", "parts"]
)
def test_a_server_that_lacks_a_part_of_s3_is_refused(store: S3ObjectStore, fault: Fault) -> None:
    error = b"<Error><Code>NotImplemented</Code><Message>not here</Message></Error>"
    lacks = answer("501 Not Implemented", error, "Content-Type: application/xml")
    with over_a_line(store._config) as (line, bad):
        line.harm(replace(fault, times=ALWAYS, instead=lacks))
        message = refusal(bad).message
    assert "lacks a part of S3" in message and "docs/adr/0007-objects-on-s3.md" in message


def test_a_failure_to_clean_up_does_not_hide_what_was_found(store: S3ObjectStore) -> None:
    with over_a_line(store._config) as (line, bad):
        line.harm(Fault("GET", How.FLIP, path="probe-", times=ALWAYS))  # the listing too
        message = refusal(bad).message
    assert "does not send a part" in message


def test_a_server_that_fails_in_the_middle_of_the_trial_is_no_reason_not_to_try_again(
    store: S3ObjectStore,
) -> None:
    rewritten = with_status(200, "503 Slow Down")
    with over_a_line(store._config) as (line, bad):
        through = S3ObjectStore(bad)
        line.harm(Fault("POST", times=ALWAYS, rewritten=rewritten))
        with pytest.raises(Unavailable):
            through.prepare()
        line.harm(None)
        through.prepare()
    assert list(store.keys()) == []


# Settings

MALFORMED = [
    f"https://key:{SECRET}@host/bucket",
    f"s3://key:{SECRET}@host/bucket",
    f"{SECRET}",
    f"s3+https:key:{SECRET}@host/bucket",
    f"s3+https://key:{SECRET}@/bucket",
    f"s3+https://key:{SECRET}@host",
    f"s3+https://key:{SECRET}@host/",
    f"s3+https://key:{SECRET}/and/more@host/bucket",
    f"s3+https://key:12345/{SECRET}@host/bucket",
    f"s3+https://key:{SECRET}@host:99999/bucket",
    f"s3+https://key:{SECRET}@host:0/bucket",
    f"s3+https://key:{SECRET}@host:port/bucket",
    f"s3+https://key:{SECRET}@[::1/bucket",
    f"s3+https://key:{SECRET}@ho st/bucket",
    f"s3+https://key:{SECRET}@host%20/bucket",
    f"s3+https://key:{SECRET}@host/b",
    f"s3+https://key:{SECRET}@host/Bucket",
    f"s3+https://key:{SECRET}@host/two..dots",
    f"s3+https://key:{SECRET}@host/192.168.0.1",
    f"s3+https://key:{SECRET}@host/{'b' * 64}",
    f"s3+https://key:{SECRET}@host/bucket/a folder",
    f"s3+https://key:{SECRET}@host/bucket/a//b",
    f"s3+https://key:{SECRET}@host/bucket/../other",
    f"s3+https://key:{SECRET}@host/bucket#{SECRET}",
    f"s3+https://host/bucket?secret={SECRET}",
    f"s3+https://host/bucket?{SECRET}",
    f"s3+https://key:{SECRET}@host/bucket?region=a&region=b",
    f"s3+https://key:{SECRET}@host/bucket?region=EU West",
]


@pytest.mark.parametrize("url", MALFORMED)
def test_a_malformed_url_is_refused_by_what_was_expected_and_never_repeated(url: str) -> None:
    with pytest.raises(CannotStart) as raised:
        s3_config(url, "key", SECRET)
    error = raised.value
    assert error.message.startswith("EDRMS_OBJECTS_URL: ")
    assert error.message.endswith(f"{EXPECTED}.")
    told = "".join(traceback.format_exception(error)) + repr(vars(error))
    assert SECRET not in told and url not in told


@pytest.mark.parametrize("given", [("", ""), ("key", ""), ("", SECRET)])
def test_missing_credentials_are_refused_by_the_settings_that_give_them(
    given: tuple[str, str],
) -> None:
    with pytest.raises(CannotStart) as raised:
        s3_config("s3+https://host/bucket", *given)
    assert "EDRMS_OBJECTS_ACCESS_KEY and EDRMS_OBJECTS_SECRET_KEY" in raised.value.message
    assert SECRET not in "".join(traceback.format_exception(raised.value))


def test_a_well_formed_url_says_all_there_is_to_know_and_its_text_no_secret() -> None:
    config = s3_config(f"s3+https://key:{SECRET}@[::1]:9000/b.u-c/a/b_c?region=eu-west-2")
    assert (config.endpoint, config.bucket, config.prefix) == ("[::1]:9000", "b.u-c", "a/b_c")
    assert (config.region, config.secure, config.access_key) == ("eu-west-2", True, "key")
    assert config.secret_key == SECRET
    assert SECRET not in f"{config!r} {config} {S3ObjectStore(config)!r}"


def test_credentials_of_their_own_settings_go_before_those_in_the_url() -> None:
    config = s3_config("s3+http://other:other@host/bucket", "key", SECRET)
    assert (config.access_key, config.secret_key, config.secure) == ("key", SECRET, False)
    assert config.endpoint == "host"
