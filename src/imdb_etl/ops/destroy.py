"""`imdb-etl destroy`: the stack is deleted, then its buckets, which outlive it, are removed.

In this order, so that a stack that cannot be deleted keeps its data. What was removed is asked of
AWS afterwards, never assumed; running it again goes on where it stopped.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from imdb_etl.names import evaluation_context
from imdb_etl.ops import buckets
from imdb_etl.ops.buckets import Bucket
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.run import require_idle
from imdb_etl.ops.settings import Settings
from imdb_etl.ops.stack import StackError, describe, first_failure, outputs
from imdb_etl.ops.target import Target

POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Doomed:
    """What `destroy` would remove: the stack's id (None: there is none) and the buckets.

    `redshift` is the serverless Redshift that goes with the stack, with all its databases. `left`
    is what stays, because the stack did not make it.
    """

    stack: str
    stack_id: str | None
    buckets: tuple[Bucket, ...]
    redshift: str | None
    left: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        return self.stack_id is None and not self.buckets


@dataclass(frozen=True)
class Destroyed:
    """What is gone, and what stays."""

    stack: str
    stack_deleted: bool
    buckets: tuple[Bucket, ...]
    left: tuple[str, ...]


def survey(settings: Settings, target: Target) -> Doomed:
    """What there is to remove. ImdbEtlError when a job run is going on."""
    stack = describe(target.client("cloudformation"), settings.stack_name)
    known = outputs(stack) if stack is not None else {}
    if "JobName" in known:
        require_idle(target.client("glue"), known["JobName"])
    storage = target.client("s3")
    found = (buckets.look(storage, name) for name in _bucket_names(settings, target, known))
    return Doomed(
        settings.stack_name,
        None if stack is None else stack["StackId"],
        tuple(bucket for bucket in found if bucket is not None),
        known.get("RedshiftWorkgroup"),
        tuple(_left(settings, target, known)),
    )


def destroy(doomed: Doomed, target: Target, progress: Progress) -> Destroyed:
    """Removes what `survey` found; StackError or BucketError say what is still there."""
    if doomed.stack_id is not None:
        _delete_stack(target.client("cloudformation"), doomed.stack_id, progress)
    storage = target.client("s3")
    for bucket in doomed.buckets:
        with progress.step(f"emptying and removing the bucket {bucket.name}"):
            buckets.remove(storage, bucket.name)
    return Destroyed(doomed.stack, doomed.stack_id is not None, doomed.buckets, doomed.left)


def _bucket_names(settings: Settings, target: Target, known: dict[str, str]) -> list[str]:
    """By the template's pattern too: a stack that is gone tells no names any more."""
    account = target.client("sts").get_caller_identity()["Account"]
    storage_region = target.client("s3").meta.region_name
    names = [
        f"{settings.stack_name}-{what}-{account}-{storage_region}" for what in ("data", "artifacts")
    ]
    names += [known[key] for key in ("DataBucket", "ArtifactsBucket") if key in known]
    return list(dict.fromkeys(names))


def _delete_stack(client: Any, stack_id: str, progress: Progress) -> None:
    name = stack_id.split("/")[1] if "/" in stack_id else stack_id
    with progress.step(f"deleting the stack {name}"):
        client.delete_stack(StackName=stack_id)
        while True:
            # By its id a deleted stack still answers.
            stack = describe(client, stack_id)
            if stack is None:
                return
            if stack["StackStatus"] == "DELETE_FAILED":
                break
            time.sleep(POLL_SECONDS)
    raise StackError(
        f"the stack {name} was not deleted: {first_failure(client, stack_id, 'DELETE_FAILED')}; "
        "its buckets were not touched. Mend the cause, then run `imdb-etl destroy` again"
    )


def _left(settings: Settings, target: Target, known: dict[str, str]) -> Iterator[str]:
    if known and "RedshiftWorkgroup" not in known:
        yield f"the schema {settings.redshift.schema} in Redshift, which the stack did not make"
    if rulesets := sorted(_rulesets(target.client("glue"))):
        yield f"Glue data quality rulesets that runs stored: {', '.join(rulesets)}"
    if target.environment == "aws":
        yield "logs in the CloudWatch log groups /aws-glue/jobs/* and /aws-glue/crawlers"


def _rulesets(glue: Any) -> Iterator[str]:
    prefix = evaluation_context("")
    token: dict[str, str] = {}
    while True:
        answer = glue.list_data_quality_rulesets(**token)
        names = (found["Name"] for found in answer.get("Rulesets", ()))
        yield from (name for name in names if name.startswith(prefix))
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}
