"""The account that EDRMS has on MinIO: its own bucket, and nothing that undoes the protection of it."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from minio import Minio
from minio.error import S3Error

from edrms.errors import CannotStart, Unavailable
from edrms.ids import new_id
from edrms.storage.s3_config import S3Config, s3_config
from edrms.storage.s3_minio_account import make_account
from edrms.storage.s3_store import S3ObjectStore
from tests.engines.compose_engines import Engines
from tests.engines.server import free_port
from tests.engines.wanted import Engine, url_of

FORBIDDEN: dict[str, Callable[[Minio, str], object]] = {
    "make another bucket": lambda client, bucket: client.make_bucket(f"{bucket}-other"),
    "remove its bucket": lambda client, bucket: client.remove_bucket(bucket),
    "open its bucket to others": lambda client, bucket: client.set_bucket_policy(bucket, "{}"),
}


@pytest.fixture
def root() -> Iterator[S3Config]:
    """The administrator of the MinIO server, and a bucket to be; removed afterwards."""
    url, name = url_of(Engine.MINIO), f"edrms-check-{new_id()[:8]}"
    yield s3_config(f"{url}/{name}")
    Engines({Engine.MINIO.value: url}, name).remove(name[-20:])


@pytest.fixture
def own(root: S3Config) -> S3Config:
    """The account of EDRMS, made by the administrator."""
    config = replace(root, access_key=root.bucket[-20:], secret_key=new_id())
    make_account(config, root.access_key, root.secret_key)
    return config


def test_it_makes_fills_holds_and_empties_its_own_bucket(own: S3Config) -> None:
    store = S3ObjectStore(own)
    store.prepare(create=True)
    kept = store.put([b"as it came"], max_bytes=100)
    store.hold(kept.key)
    store.release(kept.key)
    store.delete(kept.key)
    assert list(store.keys()) == []


@pytest.mark.parametrize("what", sorted(FORBIDDEN))
def test_it_may_not(own: S3Config, what: str) -> None:
    S3ObjectStore(own).prepare(create=True)
    client = Minio(own.endpoint, own.access_key, own.secret_key, secure=own.secure)
    with pytest.raises(S3Error, match="AccessDenied"):
        FORBIDDEN[what](client, own.bucket)


def test_making_it_again_changes_its_password(root: S3Config, own: S3Config) -> None:
    changed = replace(own, secret_key=new_id())
    make_account(changed, root.access_key, root.secret_key)
    S3ObjectStore(changed).prepare(create=True)
    with pytest.raises(CannotStart):
        S3ObjectStore(own).prepare(create=False)


def test_a_wrong_administrator_is_told_which_files_to_look_at(root: S3Config) -> None:
    config = replace(root, access_key=root.bucket[-20:], secret_key=new_id())
    with pytest.raises(CannotStart, match="MINIO_ROOT_PASSWORD_FILE"):
        make_account(config, root.access_key, "wrong password")


def test_a_server_that_is_not_there_is_told(root: S3Config) -> None:
    config = replace(root, endpoint=f"127.0.0.1:{free_port()}", connect_timeout_s=1)
    with pytest.raises(Unavailable):
        make_account(config, root.access_key, root.secret_key)
