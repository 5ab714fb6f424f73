"""AWS's APIs by boto3, with the environment's standard settings (AWS_ENDPOINT_URL and so on).

boto3 is not part of the light base: frames, files and JDBC work without it.
"""

from typing import TYPE_CHECKING, Any

from awsglue.errors import NotSupportedError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
else:
    try:
        from botocore.exceptions import ClientError
    except ImportError:

        class ClientError(Exception):
            """Stands where an `except` names botocore's error; nothing raises it."""


__all__ = ["ClientError", "boto_session", "client"]


def boto_session() -> Any:
    """A new boto3 session; NotSupportedError says what to install when boto3 is not there."""
    try:
        import boto3
    except ImportError:
        raise NotSupportedError(
            "calling AWS (the Data Catalog, secrets, roles of Redshift) without boto3",
            "pip install boto3 (part of gluelocal[spark])",
        ) from None
    return boto3.session.Session()


def client(service: str) -> Any:
    """A client of its own session: boto3's default session must not be shared by threads."""
    return boto_session().client(service)
