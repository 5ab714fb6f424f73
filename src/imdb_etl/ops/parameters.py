"""The parameters of infra/template.yaml, from the settings and what the environment has."""

from typing import Any

from imdb_etl.errors import ConfigError
from imdb_etl.ops.settings import CONFIG_KEY, AwsSettings, Settings
from imdb_etl.ops.target import Redshift, Target

SCRIPT_KEY = "jobs/imdb_etl_job.py"
PACKAGE_KEY = "wheels/imdb_etl.zip"


def template_parameters(settings: Settings, target: Target) -> dict[str, str]:
    """The parameters by name; the others keep the template's defaults.

    On AWS without a Redshift that is there already, the stack makes one. ConfigError: what to set.
    """
    if target.environment == "local":
        special = _found(target.require_redshift()) | _network((), target)
    else:
        aws = require_aws(settings)
        if target.redshift is None:
            special = _made(aws)
        elif not aws.subnet_ids:
            raise ConfigError(
                f"the job cannot reach the Redshift at {target.redshift.host} from a VPC that the "
                "stack makes; name subnets that can in conf/aws.yml, aws.subnet_ids, or unset "
                "REDSHIFT_HOST to let the stack make a Redshift"
            )
        else:
            special = _found(target.redshift) | {"RedshiftRole": aws.redshift_role}
        special |= _network(aws.subnet_ids, target) | {
            "JobRetries": str(aws.job_retries),
            "FailedRulesAlarm": str(aws.failed_rules_alarm),
            "MonthlyBudget": str(aws.monthly_budget),
        }
    return special | {
        "Env": target.environment,
        "NotificationEmail": settings.notification_email,
        "RedshiftTablePath": f"{settings.redshift.schema}/{settings.redshift.table}",
        "SourceName": settings.source_name,
        "Ruleset": settings.ruleset,
        "ScriptKey": SCRIPT_KEY,
        "PackageKey": PACKAGE_KEY,
        "ConfigKey": CONFIG_KEY,
    }


def require_aws(settings: Settings) -> AwsSettings:
    """The settings that only AWS has; ConfigError when conf/aws.yml lacks them."""
    if settings.aws is None:
        raise ConfigError("conf/aws.yml: aws: missing; docs/aws.md has what it holds")
    return settings.aws


def database(settings: Settings, target: Target) -> str:
    """The Redshift database that the job loads into."""
    if target.redshift is not None:
        return target.redshift.database
    return require_aws(settings).redshift_database


def _found(redshift: Redshift) -> dict[str, str]:
    return {
        "RedshiftHost": redshift.host,
        "RedshiftPort": str(redshift.port),
        "RedshiftDatabase": redshift.database,
        "RedshiftUser": redshift.user,
        "RedshiftPassword": redshift.password,
    }


def _made(aws: AwsSettings) -> dict[str, str]:
    return {
        "RedshiftHost": "",
        "RedshiftDatabase": aws.redshift_database,
        "RedshiftUser": aws.redshift_user,
        "RedshiftCapacity": str(aws.redshift_capacity),
    }


def _network(subnet_ids: tuple[str, ...], target: Target) -> dict[str, str]:
    vpc, zone = "", ""
    if subnet_ids:
        answer: dict[str, Any] = target.client("ec2").describe_subnets(SubnetIds=list(subnet_ids))
        subnets = {found["SubnetId"]: found for found in answer["Subnets"]}
        vpc, zone = (subnets[subnet_ids[0]][key] for key in ("VpcId", "AvailabilityZone"))
        if others := sorted(key for key, found in subnets.items() if found["VpcId"] != vpc):
            raise ConfigError(
                f"conf/aws.yml, aws.subnet_ids: {', '.join(others)} is not in {vpc}, the VPC of "
                "the first one; all must be in one"
            )
    return {"VpcId": vpc, "SubnetIds": ",".join(subnet_ids), "AvailabilityZone": zone}
