"""The files of a COPY: by prefix or by manifest, read from S3 as streams. All calls block."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

import boto3
import pyarrow as pa
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from gluelocal.redshift.config import GatewayConfiguration
from gluelocal.redshift.copy.options import CopyOptions
from gluelocal.redshift.errors import RedshiftError

_CODECS = {"GZIP": "gzip", "BZIP2": "bz2", "ZSTD": "zstd"}
_ENCODINGS = {"UTF16": "utf-16", "UTF16LE": "utf-16-le", "UTF16BE": "utf-16-be"}
_PREFIX_ERROR = 8001
_READ_SIZE = 1 << 20


@dataclass(frozen=True)
class SourceFile:
    """One object that a COPY reads; `open` gives its bytes, decompressed when the COPY says so."""

    bucket: str
    key: str
    size: int
    open: Callable[[], io.BufferedIOBase]

    @property
    def url(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def s3_error(message: str, code: int = _PREFIX_ERROR) -> RedshiftError:
    """An error in Redshift's form: the message, and a block of facts as its detail."""
    line = "-" * 47
    detail = (
        f"\n  {line}\n  error:  {message}\n  code:      {code}\n  context:   \n"
        f"  query:     0\n  location:  gluelocal\n  process:   gluelocal\n  {line}"
    )
    return RedshiftError(message, detail=detail)


def s3_client(configuration: GatewayConfiguration) -> Any:
    """A client of the account's S3."""
    return boto3.client(
        "s3",
        endpoint_url=configuration.aws_endpoint_url,
        region_name=configuration.aws_region,
        aws_access_key_id=configuration.aws_access_key_id,
        aws_secret_access_key=configuration.aws_secret_access_key,
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 3}),
    )


class S3Files:
    """Objects of the account's S3."""

    def __init__(self, configuration: GatewayConfiguration) -> None:
        self._client = s3_client(configuration)

    def resolve(self, options: CopyOptions) -> list[SourceFile]:
        """The files of a COPY in their order; RedshiftError when there are none."""
        bucket, key = split_url(options.source)
        if options.manifest:
            return self._listed_in_manifest(bucket, key, options)
        files = [
            self._file(bucket, entry["Key"], entry["Size"], options.compression)
            for entry in self._list(bucket, key)
        ]
        if not files:
            raise s3_error(f"The specified S3 prefix '{key}' does not exist")
        return files

    def read_text(self, url: str) -> str:
        """A small object, such as a jsonpaths file."""
        bucket, key = split_url(url)
        with self._open(bucket, key) as body:
            return body.read().decode("utf-8-sig")

    def _list(self, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        try:
            for page in pages:
                yield from page.get("Contents", [])
        except (ClientError, BotoCoreError) as problem:
            raise service_error(problem) from None

    def _listed_in_manifest(self, bucket: str, key: str, options: CopyOptions) -> list[SourceFile]:
        if not key or key.endswith("/"):
            raise s3_error("COPY with MANIFEST parameter requires full path of an S3 object.")
        try:
            text = self.read_text(options.source)
        except RedshiftError as problem:
            raise s3_error(f"Problem reading manifest file - {problem.message}") from None
        files: list[SourceFile] = []
        for url, mandatory in _entries(text, options):
            entry_bucket, entry_key = split_url(url)
            size = self._size(entry_bucket, entry_key)
            if size is not None:
                files.append(self._file(entry_bucket, entry_key, size, options.compression))
            elif mandatory:
                raise s3_error(
                    "S3ServiceException:The specified key does not exist.,Status 404,"
                    f"Error NoSuchKey,Rid 0,ExtRid 0,CanRetry 1 (mandatory file {url})"
                )
        if not files:
            raise s3_error(f"None of the files in the manifest {options.source} exist")
        return files

    def _size(self, bucket: str, key: str) -> int | None:
        try:
            return int(self._client.head_object(Bucket=bucket, Key=key)["ContentLength"])
        except ClientError as problem:
            if problem.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket"):
                return None
            raise service_error(problem) from None
        except BotoCoreError as problem:
            raise service_error(problem) from None

    def _file(self, bucket: str, key: str, size: int, compression: str) -> SourceFile:
        def open_file() -> io.BufferedIOBase:
            body = self._open(bucket, key)
            if not compression:
                return body
            stream = pa.CompressedInputStream(pa.PythonFile(body, "r"), _CODECS[compression])
            return io.BufferedReader(_Unpacked(stream), _READ_SIZE)

        return SourceFile(bucket, key, size, open_file)

    def _open(self, bucket: str, key: str) -> io.BufferedIOBase:
        try:
            body = self._client.get_object(Bucket=bucket, Key=key)["Body"]
        except (ClientError, BotoCoreError) as problem:
            raise service_error(problem) from None
        return io.BufferedReader(_Body(body), _READ_SIZE)


class _Stream(io.RawIOBase):
    """A readable stream over something with `read(size)`."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def readable(self) -> bool:
        return True

    def _fetch(self, size: int) -> bytes:
        return bytes(self._inner.read(size))

    def readinto(self, buffer: Any) -> int:
        data = self._fetch(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


class _Body(_Stream):
    def _fetch(self, size: int) -> bytes:
        try:
            return super()._fetch(size)
        except BotoCoreError as problem:
            raise service_error(problem) from None


class _Unpacked(_Stream):
    def _fetch(self, size: int) -> bytes:
        try:
            return super()._fetch(size)
        except OSError as problem:
            raise RedshiftError(f"The file could not be decompressed: {problem}") from None


class _Transcoded(_Stream):
    """Text of another encoding, as UTF-8."""

    def _fetch(self, size: int) -> bytes:
        try:
            # A character has at most four bytes in UTF-8.
            return str(self._inner.read(max(size // 4, 1))).encode()
        except UnicodeError as problem:
            raise RedshiftError(f"The file's encoding is not the one given: {problem}") from None


def transcoded(file: io.BufferedIOBase, encoding: str) -> io.BufferedIOBase:
    """`file` itself when it is UTF-8, as COPY's ENCODING names it."""
    if encoding == "UTF8":
        return file
    text = io.TextIOWrapper(cast(IO[bytes], file), _ENCODINGS[encoding], newline="")
    return io.BufferedReader(_Transcoded(text), _READ_SIZE)


def service_error(problem: Exception) -> RedshiftError:
    """An error of S3's API or of the way to it, in Redshift's words."""
    if isinstance(problem, ClientError):
        error = problem.response.get("Error", {})
        status = problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        message = str(error.get("Message", "unknown")).rstrip(".")
        text = f"S3ServiceException:{message}.,Status {status},Error {error.get('Code', 'Unknown')}"
        return s3_error(text)
    return s3_error(f"S3ServiceException:{problem}")


def split_url(url: str) -> tuple[str, str]:
    """Bucket and key of an s3:// address; RedshiftError when it is none."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    if not url.startswith("s3://") or not bucket:
        raise s3_error(f"'{url}' is no S3 path: expected s3://bucket/key")
    return bucket, key


def _entries(text: str, options: CopyOptions) -> list[tuple[str, bool]]:
    """URL and `mandatory` of a manifest's entries."""
    try:
        entries = json.loads(text)["entries"]
        found = [(str(entry["url"]), bool(entry.get("mandatory", False))) for entry in entries]
        columnar = options.format == "PARQUET"
        lengths = [entry.get("meta", {}).get("content_length") for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise s3_error(
            f"Problem reading manifest file - it must be an object with entries of url ({problem})"
        ) from None
    if columnar and None in lengths:
        raise s3_error(f"{options.format} manifest entries need meta.content_length")
    return found
