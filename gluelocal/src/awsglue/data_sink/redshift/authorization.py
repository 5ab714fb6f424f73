"""How a COPY or UNLOAD may use S3: by a role, or by keys."""

from awsglue.clients import boto_session
from awsglue.data_sink.redshift import statements
from awsglue.errors import InvalidOptionError


def authorization(iam_role: str, keys: tuple[str, ...]) -> str:
    """The clause for a role, for keys that the options gave, or else for the job's own."""
    if iam_role:
        return statements.role(iam_role)
    if keys:
        if len(keys) == 1:
            raise InvalidOptionError(
                "temporary_aws_access_key_id needs temporary_aws_secret_access_key beside it"
            )
        return statements.credentials(*keys)
    found = boto_session().get_credentials()
    if found is None:
        raise InvalidOptionError(
            "Redshift needs the right to use the folder in S3: give aws_iam_role, or run with AWS "
            "credentials in the environment"
        )
    frozen = found.get_frozen_credentials()
    return statements.credentials(frozen.access_key, frozen.secret_key, frozen.token or "")
