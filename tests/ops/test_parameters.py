"""What the template is given: a Redshift that is there or that the stack makes, and the network."""

from dataclasses import replace

import pytest

from imdb_etl.errors import ConfigError
from imdb_etl.ops.parameters import database, template_parameters
from imdb_etl.ops.target import Redshift, Target, connect

REDSHIFT = Redshift("cluster.example.com", 5440, "films", "etl", "secret-4711")


@pytest.fixture(scope="module")
def subnets(aws):
    """Two subnets of one VPC, and one of another."""
    ec2 = aws("ec2")

    def made(vpc, block, zone):
        answer = ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)
        return answer["Subnet"]["SubnetId"]

    one, other = (
        ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")["Vpc"]["VpcId"] for number in (1, 2)
    )
    first = made(one, "10.1.0.0/24", "us-east-1b")
    return one, [
        first,
        made(one, "10.1.1.0/24", "us-east-1c"),
        made(other, "10.2.0.0/24", "us-east-1b"),
    ]


@pytest.fixture
def target(settings, aws_variables):
    """AWS, as far as its APIs go."""
    return replace(connect(settings, "local", aws_variables), environment="aws", redshift=None)


def test_without_a_redshift_the_stack_makes_one(aws_settings):
    target = Target("aws", None, None, None, None)
    given = template_parameters(aws_settings, target)
    assert given["RedshiftHost"] == given["VpcId"] == given["SubnetIds"] == ""
    assert given["RedshiftDatabase"] == database(aws_settings, target) == "dev"
    assert given["RedshiftCapacity"] == "8"
    assert "RedshiftPassword" not in given


def test_the_job_is_tried_again_on_aws_and_not_here(settings, aws_settings):
    assert (
        template_parameters(aws_settings, Target("aws", None, None, None, None))["JobRetries"]
        == "1"
    )
    assert "JobRetries" not in template_parameters(
        settings, Target("local", None, None, None, REDSHIFT)
    )


def test_a_redshift_that_is_there_needs_subnets_that_reach_it(aws_settings):
    with pytest.raises(ConfigError, match=r"cluster\.example\.com .* aws\.subnet_ids, or unset"):
        template_parameters(aws_settings, Target("aws", None, None, None, REDSHIFT))


def test_given_subnets_bring_their_vpc_and_the_first_one_s_zone(aws_settings, target, subnets):
    vpc, (first, second, _) = subnets
    aws = replace(
        aws_settings.aws, subnet_ids=(first, second), redshift_role="arn:aws:iam::1:role/r"
    )
    given = template_parameters(replace(aws_settings, aws=aws), replace(target, redshift=REDSHIFT))
    assert (given["VpcId"], given["AvailabilityZone"]) == (vpc, "us-east-1b")
    assert given["SubnetIds"] == f"{first},{second}"
    assert (given["RedshiftHost"], given["RedshiftPort"]) == ("cluster.example.com", "5440")
    assert given["RedshiftRole"] == "arn:aws:iam::1:role/r"


def test_subnets_of_two_vpcs_are_refused(aws_settings, target, subnets):
    _, (first, _, foreign) = subnets
    aws = replace(aws_settings.aws, subnet_ids=(first, foreign))
    with pytest.raises(ConfigError, match=f"{foreign} is not in vpc-"):
        template_parameters(replace(aws_settings, aws=aws), target)


def test_aws_without_its_settings_is_named(settings):
    with pytest.raises(ConfigError, match=r"conf/aws\.yml: aws: missing"):
        template_parameters(settings, Target("aws", None, None, None, None))
