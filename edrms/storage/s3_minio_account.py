"""On MinIO: an account of its own for an instance, which may use its bucket and nothing else.

Done once with the administrator's credentials, which the instance then serves without. Other S3
servers have their own ways; there an administrator makes the account.
"""

from minio.credentials import StaticProvider
from minio.error import MinioAdminException
from minio.minioadmin import MinioAdmin
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from edrms.errors import CannotStart, Unavailable
from edrms.storage.s3_config import S3Config

# Everything of its own bucket, save what would undo its protection.
_MAY = [
    "s3:CreateBucket", "s3:GetBucket*", "s3:ListBucket*", "s3:GetObject*", "s3:PutObject",
    "s3:PutObjectLegalHold", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts", "s3:PutBucketVersioning", "s3:PutBucketObjectLockConfiguration",
]  # fmt: skip


def make_account(config: S3Config, root_user: str, root_password: str) -> None:
    """Make the account that `config` signs with, or bring it to what is said here.

    Raises CannotStart when MinIO refuses, Unavailable when it does not answer.
    """
    admin = MinioAdmin(
        endpoint=config.endpoint,
        credentials=StaticProvider(root_user, root_password),
        secure=config.secure,
        http_client=PoolManager(
            timeout=Timeout(connect=config.connect_timeout_s, read=config.answer_timeout_s),
            retries=Retry(total=2, backoff_factor=0.5),
            cert_reqs="CERT_REQUIRED",
            ca_certs=str(config.ca_file) if config.ca_file else None,
        ),
    )
    try:
        admin.policy_add(config.access_key, policy=_policy(config.bucket))
        admin.user_add(config.access_key, config.secret_key)
        admin.policy_set(config.access_key, user=config.access_key)
    except MinioAdminException as error:
        raise CannotStart(
            f"MinIO at {config.endpoint} refused to make the account of EDRMS (status "
            f"{error._code}): are MINIO_ROOT_USER_FILE and MINIO_ROOT_PASSWORD_FILE its own?"
        ) from error
    except HTTPError as error:
        raise Unavailable(
            f"MinIO at {config.endpoint} does not answer.", cause=type(error).__name__
        ) from error


def _policy(bucket: str) -> dict[str, object]:
    own = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": _MAY, "Resource": own}],
    }
