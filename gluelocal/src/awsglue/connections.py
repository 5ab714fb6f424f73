"""Connections of the catalog as JDBC settings (GlueContext.extract_jdbc_conf)."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from awsglue.catalog import get_connection
from awsglue.clients import ClientError, client
from awsglue.errors import EntityNotFoundError, InvalidOptionError


def extract_jdbc_conf(name: str, catalog_id: str | None = None) -> dict[str, str]:
    """The settings of a JDBC connection (Glue Developer Guide, "GlueContext class").

    Keys, all text: user, password, vendor, enforceSSL, url (without the database), fullUrl,
    customJDBCCert, customJDBCCertString, skipCustomJDBCCertValidation. User and password come from
    the secret when the connection names one. EntityNotFoundError without connection or secret.
    """
    connection = get_connection(name, catalog_id)
    properties: Mapping[str, str] = connection.get("ConnectionProperties", {})
    full_url = properties.get("JDBC_CONNECTION_URL", "")
    if not full_url:
        raise InvalidOptionError(
            f"the connection {name!r} has no JDBC_CONNECTION_URL, so it is no JDBC connection"
        )
    authentication = connection.get("AuthenticationConfiguration", {})
    secret_id = properties.get("SECRET_ID") or authentication.get("SecretArn")
    user, password = properties.get("USERNAME", ""), properties.get("PASSWORD", "")
    if secret_id:
        user, password = credentials(f"the connection {name!r}", secret_id)
    return {
        "user": user,
        "password": password,
        "vendor": _vendor(full_url),
        "url": _without_database(full_url),
        "fullUrl": full_url,
        "enforceSSL": properties.get("JDBC_ENFORCE_SSL", "false"),
        "customJDBCCert": properties.get("CUSTOM_JDBC_CERT", ""),
        "customJDBCCertString": properties.get("CUSTOM_JDBC_CERT_STRING", ""),
        "skipCustomJDBCCertValidation": properties.get("SKIP_CUSTOM_JDBC_CERT_VALIDATION", "false"),
    }


def _vendor(url: str) -> str:
    return url.removeprefix("jdbc:").split(":", 1)[0]


def _without_database(url: str) -> str:
    vendor = _vendor(url)
    parts = urlsplit(url.removeprefix("jdbc:"))
    return f"jdbc:{vendor}://{parts.netloc}" if parts.netloc else url


def with_connection(options: Mapping[str, Any]) -> dict[str, Any]:
    """connection_options with url, user and password filled in from the connection they name.

    A connection is used when useConnectionProperties is true, or when there is connectionName and
    no url (Glue Developer Guide, "Connection types and options"); what the options say themselves
    wins. secretId (or secret_id) gives user and password likewise.
    """
    found: dict[str, Any] = {}
    name = options.get("connectionName")
    wanted = str(options.get("useConnectionProperties", False)).lower() == "true"
    if wanted and not name:
        raise InvalidOptionError("useConnectionProperties needs connectionName")
    if name and (wanted or not options.get("url")):
        conf = extract_jdbc_conf(str(name), options.get("catalogId"))
        found = {"url": conf["fullUrl"], "user": conf["user"], "password": conf["password"]}
    secret_id = options.get("secretId") or options.get("secret_id")
    if secret_id:
        user, password = credentials("connection_options", str(secret_id))
        found |= {"user": user, "password": password}
    return {**found, **{key: value for key, value in options.items() if value is not None}}


def credentials(whose: str, secret_id: str) -> tuple[str, str]:
    """User and password of a secret; EntityNotFoundError names `whose` it is."""
    try:
        answer: dict[str, Any] = client("secretsmanager").get_secret_value(SecretId=secret_id)
    except ClientError as problem:
        if problem.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        raise EntityNotFoundError(
            f"{whose} names the secret {secret_id!r}, which does not exist"
        ) from problem
    try:
        content = json.loads(answer["SecretString"])
        return str(content["username"]), str(content["password"])
    except (KeyError, TypeError, ValueError):
        # Without the cause: its text could show the secret.
        raise InvalidOptionError(
            f"the secret {secret_id!r} of {whose} must be JSON with the keys username and password"
        ) from None
