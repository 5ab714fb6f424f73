"""docker-compose.yml against the compose specification, and against what it has to keep to.

No container is started here; docs/containers.md says what that leaves open.
"""

import json
import re
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
ONE_SHOT = {"pipeline", "job", "pytest"}
SECRETS = re.compile(r"password|secret_access|auth_token|api_key|AKIA[0-9A-Z]{16}", re.IGNORECASE)
NAMESPACE_OWNER = "localstack"


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(FILE.read_text())


@pytest.fixture(scope="module")
def services(compose):
    return compose["services"]


def images(services):
    """Every image that is pulled: those of services, and those that built images start from."""
    for service in services.values():
        if "build" in service:
            yield from re.findall(r"^FROM (\S+)", service["build"]["dockerfile_inline"], re.M)
        else:
            yield service["image"]


def test_it_is_valid_by_the_compose_specification(compose):
    schemas = files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema = json.loads((schemas / "compose-spec.json").read_text())
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    assert [error.message for error in validator(schema).iter_errors(compose)] == []


def test_every_image_is_pinned(services):
    pinned = set(images(services))
    assert pinned == {
        "localstack/localstack:4.14.0",
        "public.ecr.aws/glue/aws-glue-libs:5.1.0",
        "python:3.11.13-slim-bookworm",
    }


def test_ports_are_published_on_loopback_by_the_owner_of_the_network_alone(services):
    for name, service in services.items():
        if name == NAMESPACE_OWNER:
            assert all(port.startswith("127.0.0.1:") for port in service["ports"])
        else:
            assert service["network_mode"] == f"service:{NAMESPACE_OWNER}"
            assert "ports" not in service


def test_only_what_the_relays_take_is_published(services):
    published = {port.rsplit(":", 1)[1] for port in services[NAMESPACE_OWNER]["ports"]}
    relayed = set()
    for name, service in services.items():
        if name.startswith("relay-"):
            program, listening, to = service["command"]
            assert program == "socat"
            assert to.startswith("TCP:127.0.0.1:")
            relayed.add(re.match(r"TCP-LISTEN:(\d+),", listening)[1])
    assert relayed == published


def test_what_goes_on_running_has_a_health_check(services):
    assert {name for name in services if "healthcheck" not in services[name]} == ONE_SHOT
    for name in ONE_SHOT:
        # Not started by `docker compose up`.
        assert services[name]["profiles"] == ["glue"]


def test_what_one_needs_of_another_is_waited_for(services):
    for service in services.values():
        for needed, how in service.get("depends_on", {}).items():
            condition = how["condition"]
            assert condition == (
                "service_completed_successfully" if needed in ONE_SHOT else "service_healthy"
            )


def test_there_is_no_secret_in_it():
    assert SECRETS.findall(FILE.read_text()) == []


def test_aws_own_awsglue_stays_the_only_one_in_the_glue_image(services):
    for name in ("job", "pytest"):
        mounted = [volume.split(":")[0] for volume in services[name]["volumes"]]
        paths = [ROOT / place for place in mounted if place.startswith("./")]
        assert all(path.exists() for path in paths)
        # What is mounted is a package itself, or has no awsglue inside.
        assert not [path for path in paths if (path / "awsglue").exists()]
        assert {"awsgluedq", "dqdl"} <= {path.name for path in paths}


def test_the_build_leaves_local_state_behind():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".venv", ".gluelocal"} <= set(ignored)
