"""The S3 side of an UNLOAD: what is there, names of files, their upload. All calls block."""

from collections.abc import Iterator, Sequence
from typing import IO, Any
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from gluelocal.redshift.config import GatewayConfiguration
from gluelocal.redshift.copy.source import s3_client, s3_error, service_error, split_url
from gluelocal.redshift.unload.options import UnloadOptions

_SUFFIXES = {"": "", "GZIP": ".gz", "BZIP2": ".bz2", "ZSTD": ".zst"}
_DELETED_AT_ONCE = 1000
_NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"


class Destination:
    """The prefix that an UNLOAD writes under."""

    def __init__(
        self, configuration: GatewayConfiguration, options: UnloadOptions, suffix: str
    ) -> None:
        self._client: Any = s3_client(configuration)
        self._options = options
        self.bucket, self._prefix = split_url(options.destination)
        if options.partition_by and not self._prefix.endswith("/") and self._prefix:
            self._prefix += "/"
        self._suffix = suffix + _SUFFIXES[options.compression]
        if options.extension is not None:
            self._suffix = f".{options.extension.lstrip('.')}" if options.extension else ""

    def prepare(self) -> None:
        """RedshiftError when files are there that the options don't give away."""
        options = self._options
        if options.clean_path:
            if not options.partition_by:
                self._clean(self._prefix)
        elif not options.allow_overwrite and next(self._keys(self._prefix), None) is not None:
            raise s3_error(
                "Specified unload destination on S3 is not empty. Consider using a different "
                "bucket / prefix, manually removing the target files in S3, or using the "
                "ALLOWOVERWRITE option."
            )

    def folder(self, values: Sequence[str | None]) -> str:
        """The folders of a partition below the prefix, cleaned when CLEANPATH says so."""
        pairs = zip(self._options.partition_by, values, strict=True)
        path = "".join(
            f"{name}={_NULL_PARTITION if value is None else quote(value, safe=' ')}/"
            for name, value in pairs
        )
        if path and self._options.clean_path:
            self._clean(self._prefix + path)
        return path

    def key(self, folder: str, number: int) -> str:
        """Of a data file: slice and part when PARALLEL, a number of three digits when not."""
        name = f"0000_part_{number:02}" if self._options.parallel else f"{number:03}"
        return f"{self._prefix}{folder}{name}{self._suffix}"

    @property
    def manifest_key(self) -> str:
        return f"{self._prefix}manifest"

    def url(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"

    def upload(self, key: str, content: IO[bytes]) -> None:
        try:
            self._client.upload_fileobj(content, self.bucket, key)
        except (ClientError, BotoCoreError) as problem:
            raise service_error(problem) from None

    def put(self, key: str, content: bytes) -> None:
        try:
            self._client.put_object(Bucket=self.bucket, Key=key, Body=content)
        except (ClientError, BotoCoreError) as problem:
            raise service_error(problem) from None

    def _keys(self, prefix: str) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=prefix
        )
        try:
            for page in pages:
                yield from (entry["Key"] for entry in page.get("Contents", []))
        except (ClientError, BotoCoreError) as problem:
            raise service_error(problem) from None

    def _clean(self, prefix: str) -> None:
        keys = [{"Key": key} for key in self._keys(prefix)]
        try:
            for first in range(0, len(keys), _DELETED_AT_ONCE):
                listed = {"Objects": keys[first : first + _DELETED_AT_ONCE], "Quiet": True}
                answer = self._client.delete_objects(Bucket=self.bucket, Delete=listed)
                for failed in answer.get("Errors", []):
                    raise s3_error(f"S3ServiceException:{failed['Message']},Key {failed['Key']}")
        except (ClientError, BotoCoreError) as problem:
            raise service_error(problem) from None
