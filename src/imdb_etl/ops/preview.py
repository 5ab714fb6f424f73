"""`imdb-etl deploy --dry-run`: what a deployment would change, and on AWS what it would cost."""

from dataclasses import dataclass

from botocore.exceptions import (
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

from imdb_etl.ops.change_set import Change, changes
from imdb_etl.ops.costs import Costs, estimate, read_prices
from imdb_etl.ops.parameters import require_aws, template_parameters
from imdb_etl.ops.progress import Progress
from imdb_etl.ops.settings import Project, Settings
from imdb_etl.ops.target import Target

_NO_ACCESS = (
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)


@dataclass(frozen=True)
class Preview:
    """`changes` is None, and `problem` says why, when there is no access to AWS to ask for them.

    `costs` is None for the local account, which costs nothing. `region` is where it would be
    deployed to.
    """

    stack: str
    region: str | None
    changes: tuple[Change, ...] | None
    costs: Costs | None
    problem: str | None


def preview(project: Project, settings: Settings, target: Target, progress: Progress) -> Preview:
    """Changes nothing; the costs need no access to AWS, the changes do."""
    costs = None
    if target.environment == "aws":
        prices = read_prices(project.root / "infra" / "prices.yml")
        costs = estimate(prices, require_aws(settings), target.redshift is None)
    found, problem = None, None
    try:
        parameters = template_parameters(settings, target)
        client = target.client("cloudformation")
        found = changes(client, settings.stack_name, project.template, parameters, progress)
    except _NO_ACCESS as refused:
        problem = (
            f"no change set, since AWS cannot be asked for one: {' '.join(str(refused).split())} "
            "(set AWS_PROFILE, or AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_DEFAULT_REGION; "
            "`aws sts get-caller-identity` shows whether they work)"
        )
    return Preview(settings.stack_name, target.session.region_name, found, costs, problem)
