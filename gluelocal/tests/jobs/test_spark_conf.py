"""spark-defaults.conf of a run: what the account sets, and what the run's own --conf wins over."""

import pytest

from gluelocal.account import Account, Settings
from gluelocal.java import QUICK_START
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
    write_defaults(tmp_path / "conf", Account(tmp_path, Settings(1, 2, "secret")), own)
    lines = (tmp_path / "conf" / "spark-defaults.conf").read_text().splitlines()
    written = dict(line.split(" ", 1) for line in lines)
    assert written.get(JAVA_OPTIONS) == options
    assert own.items() <= written.items()
