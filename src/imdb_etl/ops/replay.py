"""`imdb-etl rejects replay`: a run's rejected rows as the input of another run."""

import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from boto3.s3.transfer import TransferConfig

from imdb_etl.catalog import find_table
from imdb_etl.config import PipelineConfig, parse_config
from imdb_etl.errors import ConfigError, SourceError
from imdb_etl.locations import S3Location, raw_folder
from imdb_etl.ops import rejects, rejects_csv, run
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.rejects import RejectsError
from imdb_etl.ops.settings import CONFIG_KEY, Project, Settings
from imdb_etl.ops.stack import require_outputs
from imdb_etl.ops.target import Target
from imdb_etl.rejects import Marker

FILE_NAME = "rows.csv"

# boto3 holds this many parts of 8 MiB at once, whatever the size of the whole.
_TRANSFER = TransferConfig(max_concurrency=2)
_OLDER_REPLAY = re.compile(r"(_replay_[0-9a-f]{8})+$")


def replay(
    project: Project,
    settings: Settings,
    target: Target,
    progress: Progress,
    given: str,
    corrected: Path | None = None,
    ruleset: str | None = None,
) -> run.RunResult:
    """Uploads the rejects of the run `given` (an id or its beginning) as a source, and runs on it.

    `corrected` is a CSV that takes their place. `ruleset` is the rejecting run's own unless another
    is named. The same rows get the same place, so a replay that is repeated reads what the first
    one read. Raises RejectsError for what cannot be replayed, before anything is uploaded, and
    whatever `run` raises.
    """
    storage = target.client("s3")
    outputs = require_outputs(
        target.client("cloudformation"), settings.stack_name, target.environment
    )
    bucket = outputs["DataBucket"]
    marker = rejects.find_run(storage, bucket, given)
    wanted = ruleset or marker.ruleset
    project.ruleset_file(wanted)
    _require_mode(_deployed(storage, outputs["ArtifactsBucket"]))
    if corrected is None and not marker.rows.rejected:
        raise RejectsError(f"run {marker.run_id} rejected no row; there is nothing to replay")
    columns = columns_of(storage, target.client("glue"), settings, outputs, marker)
    if corrected is None:
        rejected = _all_of(rejects.rows(storage, bucket, marker.run_id), marker)
        records = rejects_csv.cells(rejected, columns)
    else:
        records = _some_of(rejects_csv.corrected(corrected, columns), corrected)
    place = folder(bucket, marker, corrected)
    with progress.step(f"uploading the rows to {place}"):
        upload(storage, rejects_csv.encode(columns, rejects_csv.one_line(records)), place)
    return run.run(project, settings, target, progress, wanted, str(place))


def columns_of(
    storage: Any,
    glue: Any,
    settings: Settings,
    outputs: dict[str, str],
    marker: Marker,
    rejected: Iterable[rejects.Row] | None = None,
) -> tuple[str, ...]:
    """The columns of a run's source, as far as its catalog table and its rejects tell."""
    try:
        source = S3Location.parse(marker.source)
        cataloged = tuple(find_table(glue, outputs["GlueDatabase"], source).columns)
    except SourceError:
        cataloged = ()
    if rejected is None:
        rejected = rejects.rows(storage, outputs["DataBucket"], marker.run_id)
    mapped = (column.source for column in settings.columns)
    return rejects_csv.source_columns(cataloged, rejected, mapped)


def folder(bucket: str, marker: Marker, corrected: Path | None) -> S3Location:
    """raw/<source>_replay_<8 hex digits>/, the same for the same rows."""
    source = S3Location.parse(marker.source)
    stem = source.name if source.key.endswith("/") else source.name.partition(".")[0]
    # The crawler names the table after the folder.
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_") or "input"
    digest = hashlib.sha256(marker.run_id.encode())
    if corrected is not None:
        with corrected.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return raw_folder(bucket, f"{_OLDER_REPLAY.sub('', name)}_replay_{digest.hexdigest()[:8]}")


def upload(client: Any, pieces: Iterator[str], place: S3Location) -> None:
    """Uploads text as it comes; when its iterator raises, no object appears."""
    file = place / FILE_NAME
    client.upload_fileobj(
        io.BufferedReader(rejects_csv.TextStream(pieces)),
        file.bucket,
        file.key,
        ExtraArgs={"ContentType": "text/csv"},
        Config=_TRANSFER,
    )


def _all_of(rejected: Iterable[rejects.Row], marker: Marker) -> Iterator[rejects.Row]:
    count = 0
    for row in rejected:
        count += 1
        yield row
    if count != marker.rows.rejected:
        raise RejectsError(
            f"run {marker.run_id} rejected {marker.rows.rejected} rows, and {count} are there now: "
            "objects of it were deleted or added. Nothing was uploaded; replay what is there with "
            "--corrected (`imdb-etl rejects show RUN --output csv`)"
        )


def _some_of(records: Iterable[list[str]], file: Path) -> Iterator[list[str]]:
    empty = True
    for record in records:
        empty = False
        yield record
    if empty:
        raise RejectsError(f"{file} has a header and no rows; nothing was uploaded")


def _deployed(client: Any, bucket: str) -> PipelineConfig:
    place = S3Location(bucket, CONFIG_KEY)
    try:
        body = client.get_object(Bucket=place.bucket, Key=place.key)["Body"].read()
    except client.exceptions.NoSuchKey as problem:
        raise ConfigError(
            f"there is no configuration {place}; `imdb-etl deploy` uploads it"
        ) from problem
    return parse_config(body.decode(), str(place))


def _require_mode(config: PipelineConfig) -> None:
    if config.redshift.mode == "replace":
        raise RejectsError(
            "redshift.mode is replace: a replay would leave the replayed rows alone in the table. "
            "Set it to merge (conf/base.yml), `imdb-etl deploy`, then replay"
        )
