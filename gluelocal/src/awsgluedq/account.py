"""The local account that a job runs in, as the run's environment tells of it.

The account sets all of these variables for a job run, and reads their names from here. Elsewhere
(a notebook, a plain Spark application, AWS) there are none, and nothing is published: AWS offers no
operation to put a result, so there is no other place to publish to.
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from awsgluedq.errors import PublishingError

ENDPOINT_VARIABLE = "GLUELOCAL_DQ_ENDPOINT"
"""The account's URL."""
HISTORY_VARIABLE = "GLUELOCAL_DQ_HISTORY"
"""Where the account keeps the metrics of earlier evaluations; a folder, or a URL that Spark knows.
Anyone may set it, in a job run or not."""
JOB_NAME_VARIABLE = "GLUELOCAL_JOB_NAME"
JOB_RUN_VARIABLE = "GLUELOCAL_JOB_RUN_ID"

OPERATION = "GluelocalPublishDataQualityResult"
"""The account's own operation beside the Glue API's."""
TIMEOUT_SECONDS = 60.0


@dataclass(frozen=True)
class JobRun:
    """The job run that this process is, and the account to tell about it."""

    endpoint: str
    job_name: str
    run_id: str

    @classmethod
    def current(cls) -> "JobRun | None":
        """None outside of the job runs of a local account."""
        names = (ENDPOINT_VARIABLE, JOB_NAME_VARIABLE, JOB_RUN_VARIABLE)
        values = [os.environ.get(name, "") for name in names]
        return cls(*values) if all(values) else None

    def publish(self, result: Mapping[str, Any], keep: bool, metrics: bool) -> None:
        """Hands a DataQualityResult to the account; PublishingError when it does not take it.

        keep: whether GetDataQualityResult is to find it. metrics: whether CloudWatch and
        EventBridge are to be told of it.
        """
        named = {**result, "JobName": self.job_name, "JobRunId": self.run_id}
        body = {"Result": named, "Keep": keep, "CloudWatchMetrics": metrics}
        request = urllib.request.Request(
            self.endpoint,
            data=json.dumps(body, allow_nan=False).encode(),
            headers={
                "X-Amz-Target": f"AWSGlue.{OPERATION}",
                "Content-Type": "application/x-amz-json-1.1",
            },
        )
        # A proxy of the environment is for the network; the account is on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                answer.read()
        except urllib.error.HTTPError as problem:
            with problem:
                said = problem.read().decode(errors="replace")
            raise self._refusal(said) from problem
        except OSError as problem:
            raise self._refusal(str(problem)) from problem

    def _refusal(self, said: str) -> PublishingError:
        return PublishingError(
            f"the account at {self.endpoint} did not take the data quality results: {said}. The "
            "evaluation itself succeeded; to go on without its results, pass additional_options "
            '{"dataQualityResultsPublishing.strategy": "BEST_EFFORT"}'
        )
