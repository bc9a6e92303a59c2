"""Buckets of their own for the tests of the S3 store, on whichever server is asked for."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from minio import Minio

from edrms.ids import ObjectKey
from edrms.storage import s3_answers
from edrms.storage.s3_config import S3Config, s3_config
from edrms.storage.s3_requests import Requests
from edrms.storage.s3_store import S3ObjectStore
from tests.engines.wanted import Engine, url_of

PREFIX = "documents"


def config_of(engine: Engine, bucket: str = "") -> S3Config:
    """For a bucket of a new name, or of this one; nothing is made."""
    bucket = bucket or f"edrms-test-{secrets.token_hex(6)}"
    return s3_config(f"{url_of(engine).rstrip('/')}/{bucket}/{PREFIX}")


def bare(config: S3Config) -> Minio:
    """The SDK as it comes, for doing things behind the store's back."""
    return Minio(
        config.endpoint, config.access_key, config.secret_key,
        secure=config.secure, region=config.region,
    )  # fmt: skip


@contextmanager
def bucket(config: S3Config, *, with_holds: bool) -> Iterator[S3ObjectStore]:
    """A store on a new bucket, which is removed with everything in it afterwards."""
    client = bare(config)
    client.make_bucket(config.bucket, object_lock=with_holds)
    try:
        yield S3ObjectStore(config)
    finally:
        _empty(config, with_holds=with_holds)
        client.remove_bucket(config.bucket)


def _empty(config: S3Config, *, with_holds: bool) -> None:
    client, requests = bare(config), Requests(replace(config, prefix=""))
    for begun in list(requests.uploads()):
        requests.abort(begun.name, begun.version)
    for one in list(requests._listed(s3_answers.versions, {"versions": "", "prefix": ""})):
        if with_holds and not one.is_mark and requests.is_held(one.name, one.version):
            client.disable_object_legal_hold(config.bucket, one.name, one.version)
        client.remove_object(config.bucket, one.name, one.version)


def name_of(key: ObjectKey) -> str:
    """What an object is called in the bucket."""
    return f"{PREFIX}/{key}"
