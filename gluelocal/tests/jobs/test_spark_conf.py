"""spark-defaults.conf of a run: what the account sets, and what the run's own --conf wins over."""

import pytest

from gluelocal.account import Account, Settings
from gluelocal.java import QUICK_START
from gluelocal.jobs import spark_jars
from gluelocal.jobs.spark_conf import write_defaults

JAVA_OPTIONS = "spark.driver.extraJavaOptions"


@pytest.mark.parametrize(
    ("own", "options"),
    [
        ({}, QUICK_START),
        ({"spark.sql.shuffle.partitions": "3"}, QUICK_START),
        ({"spark.driver.memory": "4g"}, None),
        ({JAVA_OPTIONS: "-Xss2m"}, "-Xss2m"),
        ({"spark.driver.memory": "4g", JAVA_OPTIONS: "-Xss2m"}, "-Xss2m"),
    ],
)
def test_a_run_with_memory_of_its_own_gets_javas_own_defaults(tmp_path, own, options):
    written = _written(tmp_path, own)
    assert written.get(JAVA_OPTIONS) == options
    assert own.items() <= written.items()


PACKAGES = "spark.jars.packages"


@pytest.mark.parametrize(
    ("own", "has_s3a", "packages"),
    [
        ({}, True, None),
        ({PACKAGES: "a:b:1"}, True, "a:b:1"),
        ({}, False, ",".join(spark_jars.PACKAGES)),
        ({PACKAGES: "a:b:1,c:d:2"}, False, ",".join([*spark_jars.PACKAGES, "a:b:1,c:d:2"])),
    ],
)
def test_packages_of_a_run_come_besides_those_of_s3a(tmp_path, own, has_s3a, packages):
    assert _written(tmp_path, own, has_s3a=has_s3a).get(PACKAGES) == packages


def _written(folder, own, **more):
    write_defaults(folder / "conf", Account(folder, Settings(1, 2, "secret")), own, **more)
    lines = (folder / "conf" / "spark-defaults.conf").read_text().splitlines()
    return dict(line.split(" ", 1) for line in lines)
