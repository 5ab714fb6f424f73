"""`pip install gluelocal` alone: what works, and what says which extra to install."""

import csv
import json

import pytest

pytestmark = pytest.mark.slow

OWN = {"awsglue", "awsgluedq", "dqdl", "gluelocal"}
LIMIT_BYTES = 20_000_000
ACCOUNT = "pip install 'gluelocal[account]'"
SPARK = "pip install 'gluelocal[spark]'"


def test_its_dependencies_are_under_20_mb(light_base):
    """Their files as the wheels have them; Python adds bytecode when it first imports them."""
    sizes = {}
    for record in light_base.packages.glob("*.dist-info/RECORD"):
        name = record.parent.name.partition("-")[0]
        with record.open(newline="") as lines:
            sizes[name] = sum(int(size) for _, _, size in csv.reader(lines) if size)
    assert "gluelocal" in sizes
    assert not {"pyspark", "boto3", "botocore", "ministack", "pyarrow"} & set(sizes)
    assert sum(sizes.values()) - sizes["gluelocal"] < LIMIT_BYTES, sizes


def test_rules_are_linted_from_any_folder(light_base, tmp_path):
    (tmp_path / "good.dqdl").write_text('Rules = [ IsComplete "title" ]')
    (tmp_path / "bad.dqdl").write_text("Rules = [ RowCount > ]")
    good = light_base.run("gluelocal", "dq", "lint", "good.dqdl", cwd=tmp_path)
    bad = light_base.run("gluelocal", "dq", "lint", "bad.dqdl", "--output", "json", cwd=tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    assert (bad.returncode, json.loads(bad.stdout)["errors"]) == (1, 1)


def test_commands_tell_their_options(light_base, tmp_path):
    ended = light_base.run("gluelocal", "up", "--help", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "--redshift-port" in ended.stdout


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        ("up", ACCOUNT),
        ("run job.py", ACCOUNT),
        ("mail list", ACCOUNT),
        ("dq check data.csv rules.dqdl", SPARK),
    ],
)
def test_what_needs_an_extra_says_which(light_base, tmp_path, command, advice):
    (tmp_path / "job.py").write_text("print('never')\n")
    (tmp_path / "data.csv").write_text("title\nHeat\n")
    (tmp_path / "rules.dqdl").write_text("Rules = [ RowCount > 0 ]")
    ended = light_base.run("gluelocal", *command.split(), cwd=tmp_path)
    assert ended.returncode == 2, ended.stdout
    assert advice in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_rule_language_is_a_library(light_base, tmp_path):
    program = "import dqdl; print(dqdl.parse('Rules = [ RowCount > 0 ]').rules[0].type_name)"
    ended = light_base.run("python", "-c", program, cwd=tmp_path)
    assert ended.stdout == "RowCount\n", ended.stderr


def test_only_its_own_packages_are_put_beside_others(light_base):
    """The names that are taken in an environment's site-packages, by its RECORD."""
    (record,) = light_base.packages.glob("gluelocal-*.dist-info/RECORD")
    with record.open(newline="") as lines:
        tops = {path.partition("/")[0] for path, _, _ in csv.reader(lines)}
    assert {top for top in tops if not top.endswith(".dist-info") and top != ".."} == OWN
