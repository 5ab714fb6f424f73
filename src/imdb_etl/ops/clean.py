"""`imdb-etl clean`: what runs that did not finish have left in S3.

Staged files are deleted by age alone, unless their run is still going: no run reads another's.

Rejects without a marker are deleted when all of this holds, asked in this order:

1. Glue says that their run ended as FAILED, STOPPED, TIMEOUT or ERROR. A run that Glue does not
   know (any more) is left alone.
2. The run has no note in pending/. A run leaves one before it loads, and the next run takes it away
   when it has published the run's rejects, or has seen that Redshift's audit table does not have
   the load. So a run that died after COMMIT keeps its rejects until they are published.
3. The rejects have no marker, and the run no summary. These are looked for after the note: whoever
   takes the note away has written them before.
4. The newest of the objects is older than the given number of days.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from imdb_etl.errors import ConfigError, ImdbEtlError
from imdb_etl.locations import Places, S3Location, rejected_folder, staging_run_folder
from imdb_etl.ops.rejects import folder_run_ids
from imdb_etl.ops.run import ENDED

DEAD = frozenset({"FAILED", "STOPPED", "TIMEOUT", "ERROR"})
"""The states in which a run that wrote no summary has ended for good."""

# DeleteObjects takes no more (S3 API reference).
_KEYS_A_REQUEST = 1000


class CleanError(ImdbEtlError):
    """S3 did not delete some of the objects."""


@dataclass(frozen=True)
class CleanedFolder:
    """One run's folder: `place` is s3://..., `size` in bytes."""

    place: str
    objects: int
    size: int


@dataclass(frozen=True)
class Cleaned:
    """What was deleted, or with `dry_run` would be."""

    dry_run: bool
    older_than_days: int
    folders: tuple[CleanedFolder, ...]

    @property
    def objects(self) -> int:
        return sum(folder.objects for folder in self.folders)

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(folder.size for folder in self.folders)


@dataclass(frozen=True)
class _Content:
    """The objects of a folder: keys, bytes, and when the newest was written."""

    keys: tuple[str, ...]
    size: int
    newest: datetime


@dataclass(frozen=True)
class Cleaner:
    """`storage` and `glue` are boto3 clients; `job` is the one whose runs write to `bucket`."""

    storage: Any
    glue: Any
    bucket: str
    job: str

    def clean(self, days: int, now: datetime, dry_run: bool) -> Cleaned:
        """Deletes what is older than `days` (at least 1) at `now`, which has a time zone."""
        if days < 1:
            raise ConfigError(
                f"{days} days: files are kept for 1 day at least, since a run may be using them"
            )
        limit = now - timedelta(days=days)
        folders = []
        for place, content in (*self._staging(limit), *self._rejects(limit)):
            if not dry_run:
                self._delete(place, content)
            folders.append(CleanedFolder(str(place), len(content.keys), content.size))
        return Cleaned(dry_run, days, tuple(folders))

    def _staging(self, limit: datetime) -> Iterator[tuple[S3Location, _Content]]:
        for run_id in folder_run_ids(self.storage, staging_run_folder(self.bucket, "")):
            place = staging_run_folder(self.bucket, run_id)
            content = self._content(place)
            if content is None or content.newest >= limit:
                continue
            state = self._state(run_id)
            if state is None or state in ENDED:
                yield place, content

    def _rejects(self, limit: datetime) -> Iterator[tuple[S3Location, _Content]]:
        for run_id in folder_run_ids(self.storage, rejected_folder(self.bucket, "")):
            places = Places.of(self.bucket, run_id)
            if self._state(run_id) not in DEAD or self._exists(places.pending):
                continue
            if self._exists(places.summary):
                continue
            content = self._content(places.rejects)
            if content is None or places.marker.key in content.keys or content.newest >= limit:
                continue
            yield places.rejects, content

    def _state(self, run_id: str) -> str | None:
        try:
            found = self.glue.get_job_run(JobName=self.job, RunId=run_id)
        except self.glue.exceptions.EntityNotFoundException:
            return None
        return str(found["JobRun"]["JobRunState"])

    def _exists(self, place: S3Location) -> bool:
        try:
            self.storage.head_object(Bucket=place.bucket, Key=place.key)
        except ClientError as problem:
            if problem.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                return False
            raise
        return True

    def _content(self, folder: S3Location) -> _Content | None:
        pages = self.storage.get_paginator("list_objects_v2").paginate(
            Bucket=folder.bucket, Prefix=folder.key
        )
        found = [one for page in pages for one in page.get("Contents", [])]
        if not found:
            return None
        return _Content(
            keys=tuple(one["Key"] for one in found),
            size=sum(one["Size"] for one in found),
            newest=max(one["LastModified"] for one in found),
        )

    def _delete(self, folder: S3Location, content: _Content) -> None:
        # The keys that were looked at and no others: what came since is somebody's.
        for start in range(0, len(content.keys), _KEYS_A_REQUEST):
            keys = [{"Key": key} for key in content.keys[start : start + _KEYS_A_REQUEST]]
            answer = self.storage.delete_objects(
                Bucket=folder.bucket, Delete={"Objects": keys, "Quiet": True}
            )
            # The request succeeds all the same.
            if errors := answer.get("Errors"):
                raise CleanError(
                    f"{folder}: {len(errors)} objects were not deleted, the first "
                    f"{errors[0].get('Key')}: {errors[0].get('Message')} "
                    f"({errors[0].get('Code')}); run `imdb-etl clean` again when that is mended"
                )
