"""The commands of docker-compose.yml that need no container, run outside of one."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from gluelocal import lifecycle

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
UPSTREAM = "http://127.0.0.1:4577"


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def environment(**more):
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **more}


def health_check(service):
    kind, *words = service["healthcheck"]["test"]
    assert kind == "CMD"
    return words


def shell(service):
    """The script of a service, as the shell in the container gets it."""
    return service["command"][-1].replace("$$", "$")


@pytest.mark.slow
def test_gluelocal_starts_before_the_upstream_is_healthy_and_stops(
    services, upstream_endpoint, tmp_path
):
    service = services["gluelocal"]
    words = [word.replace(UPSTREAM, upstream_endpoint) for word in service["command"]]
    assert words != service["command"]
    variables = environment(GLUELOCAL_STATE=str(tmp_path / "state"))
    free_ports = ["--port", "0", "--redshift-port", "0"]
    with subprocess.Popen([*words, *free_ports], env=variables, stdout=subprocess.PIPE) as process:
        try:
            assert upstream_endpoint.encode() in process.stdout.readline()
            check = subprocess.run(health_check(service), env=variables, capture_output=True)
            assert check.returncode == 0, check.stderr
        finally:
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate()
    assert process.returncode == 0
    assert said.startswith(b"Ctrl-C stops it")
    check = subprocess.run(health_check(service), env=variables, capture_output=True)
    assert check.returncode == 3
    assert lifecycle.running_pid(tmp_path / "state") is None


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not on this machine")
def test_localstacks_health_check(services, upstream_endpoint):
    words = health_check(services["localstack"])
    answering = [word.replace(UPSTREAM, upstream_endpoint) for word in words]
    assert subprocess.run(answering, capture_output=True).returncode == 0
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{unused.getsockname()[1]}"
        silent = [word.replace(UPSTREAM, nobody) for word in words]
        assert subprocess.run(silent, capture_output=True).returncode != 0


@contextmanager
def relaying(service, port, target):
    """A relay by the service's command; in its container it listens on all addresses."""
    program, listening, to = service["command"]
    assert to.startswith("TCP:127.0.0.1:")
    words = [program, f"{moved(listening, port)},bind=127.0.0.1", f"TCP:{target}"]
    with subprocess.Popen(words) as relay:
        try:
            yield
        finally:
            relay.terminate()


def moved(text, port):
    """The text with another port for the one that a relay has in its container."""
    return re.sub("14566|15439", str(port), text)


def free_port():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


@pytest.mark.skipif(not shutil.which("socat"), reason="socat is not on this machine")
@pytest.mark.parametrize("name", ["relay-aws", "relay-redshift"])
def test_a_relay_is_healthy_as_long_as_what_is_behind_it_answers(services, fronted, name):
    service, variables = services[name], fronted.environment
    behind = {
        "relay-aws": variables["AWS_ENDPOINT_URL"].removeprefix("http://"),
        "relay-redshift": f"127.0.0.1:{variables['REDSHIFT_PORT']}",
    }
    port = free_port()
    check = [moved(word, port) for word in health_check(service)]

    def answers():
        return subprocess.run(check, env=environment(), capture_output=True).returncode == 0

    assert not answers()
    with relaying(service, port, behind[name]):
        assert any(answers() for _ in range(20))
    with relaying(service, port, f"127.0.0.1:{free_port()}"):
        wait_for_listener(port)
        assert not answers()


def wait_for_listener(port):
    for _ in range(1000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise AssertionError(f"nothing listens on {port}")


@pytest.mark.slow
def test_the_pipeline_before_an_upstream(services, fronted, upstream, tmp_path):
    """The whole chain, S3 and the rest of it at the upstream."""
    script = shell(services["pipeline"]).replace("/variables", str(tmp_path))
    words = [*services["pipeline"]["command"][:-1], script]
    ended = subprocess.run(
        words,
        env=environment(GLUELOCAL_STATE=str(fronted.state)),
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "1,000 read, 749 loaded into movies.imdb_movies, 251 rejected" in ended.stdout
    assert "749 of 1000 rows loaded" in ended.stdout  # in the list of mails
    assert (tmp_path / "account.sh").read_text().startswith("export AWS_ENDPOINT_URL=")
    bucket = "imdb-etl-data-000000000000-us-east-1"
    listed = upstream("s3").list_objects_v2(Bucket=bucket, Prefix="rejected/")
    assert listed["KeyCount"] > 0


@pytest.mark.slow
def test_the_tests_of_the_glue_image_run_by_its_command(services, tmp_path):
    script = shell(services["pytest"])
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "tests").symlink_to(ROOT / "tests" / "glue_image")
    packages = tmp_path / "python"
    packages.mkdir()
    for volume in services["pytest"]["volumes"]:
        source, target, *_ = volume.split(":")
        if target.startswith("/home/hadoop/python/"):
            (packages / Path(target).name).symlink_to(ROOT / source)
    lines = [line for line in script.splitlines() if "pip install" not in line]
    assert len(lines) == len(script.splitlines()) - 1
    ended = subprocess.run(
        ["bash", "-ec", "\n".join(lines).replace("/home/hadoop/python", str(packages))],
        # The image has no plugin of gluelocal's.
        env=environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", SPARK_LOCAL_IP="127.0.0.1"),
        cwd=workspace,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "2 passed" in ended.stdout
