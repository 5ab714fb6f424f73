"""`imdb-etl deploy`: the stack, the files that it refers to, and the Redshift table."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imdb_etl.errors import ConfigError
from imdb_etl.locations import S3Location, raw_folder, ruleset_object
from imdb_etl.ops import data_api, warehouse
from imdb_etl.ops.package import build_package
from imdb_etl.ops.parameters import PACKAGE_KEY, SCRIPT_KEY, database, template_parameters
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.settings import CONFIG_KEY, Project, Settings
from imdb_etl.ops.stack import deploy_stack
from imdb_etl.ops.target import Target


@dataclass(frozen=True)
class Deployment:
    """What a deployment made: the stack's outputs, the uploaded objects, the SQL files run."""

    stack: str
    outputs: dict[str, str]
    uploaded: tuple[str, ...]
    sql: tuple[str, ...]


def deploy(project: Project, settings: Settings, target: Target, progress: Progress) -> Deployment:
    """Brings everything to the project's state; running it again changes nothing."""
    outputs = deploy_stack(
        target.client("cloudformation"),
        settings.stack_name,
        project.template,
        template_parameters(settings, target),
        progress,
    )
    with progress.step("uploading the job, its package, rulesets, configuration and sample"):
        uploaded = _upload(
            project, settings, target.client("s3"), outputs, database(settings, target)
        )
    with progress.step(f"Redshift table {settings.redshift.schema}.{settings.redshift.table}"):
        sql = _apply_sql(project, settings, target, outputs, progress)
    return Deployment(settings.stack_name, outputs, tuple(uploaded), tuple(sql))


def _apply_sql(
    project: Project,
    settings: Settings,
    target: Target,
    outputs: dict[str, str],
    progress: Progress,
) -> list[str]:
    folder = project.root / "conf" / "redshift"
    if target.redshift is not None:
        return warehouse.apply_sql(target.redshift, folder)
    return data_api.apply_sql(
        target.client("redshift-data"),
        outputs["RedshiftWorkgroup"],
        database(settings, target),
        outputs["RedshiftSecret"],
        folder,
        progress,
    )


def _upload(
    project: Project, settings: Settings, client: Any, outputs: dict[str, str], database: str
) -> list[str]:
    artifacts = S3Location(outputs["ArtifactsBucket"], "")
    sample = project.root / settings.sample
    files = [
        (project.root / SCRIPT_KEY, artifacts / SCRIPT_KEY),
        (sample, raw_folder(outputs["DataBucket"], settings.source_name) / sample.name),
    ]
    for ruleset in sorted((project.root / "conf" / "rulesets").glob("*.dqdl")):
        files.append((ruleset, ruleset_object(artifacts.bucket, ruleset.stem)))
    with tempfile.TemporaryDirectory() as folder:
        package = build_package(project.root, Path(folder))
        files.append((package, artifacts / PACKAGE_KEY))
        for file, place in files:
            upload_file(client, file, place)
    config = artifacts / CONFIG_KEY
    client.put_object(
        Bucket=config.bucket,
        Key=config.key,
        Body=settings.job_config(outputs, database).encode(),
        ContentType="application/json",
    )
    return [*(str(place) for _, place in files), str(config)]


def upload_file(client: Any, file: Path, place: S3Location) -> None:
    """Uploads one file (`client`: boto3 s3); ConfigError when it is not there."""
    if not file.is_file():
        raise ConfigError(f"there is no file {file}")
    client.upload_file(str(file), place.bucket, place.key)
