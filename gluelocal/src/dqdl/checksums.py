"""Checksums of files, computed where the files are read: on the executors."""

import hashlib
import re
from collections.abc import Sequence

from pyspark.sql import SparkSession

from dqdl.errors import RuleFailedError
from dqdl.files import File
from dqdl.hadoopfiles import REFUSALS
from dqdl.problems import computing_problem

_LARGEST = "spark.sql.sources.binaryFile.maxLength"
_EXPRESSIONS = {
    "MD5": "md5(content)",
    "SHA-1": "sha1(content)",
    "SHA-256": "sha2(content, 256)",
}
_GLOB = re.compile(r"([\\{}\[\]*?])")


def computed(spark: SparkSession, files: Sequence[File], algorithm: str) -> dict[str, str]:
    """Each file's checksum by its path. Spark holds one file whole in an executor's memory.

    RuleFailedError for a file that Spark cannot read, or that is longer than
    spark.sql.sources.binaryFile.maxLength, which is 2 GB - 1 and cannot be more.
    """
    largest = int(str(spark.conf.get(_LARGEST)))
    for file in files:
        if file.size > largest:
            raise RuleFailedError(
                f"{file.path} has {file.size} bytes; a checksum can be computed of a file with at "
                f"most {largest} ({_LARGEST})"
            )
    # Spark's reader leaves empty files out.
    nothing = hashlib.new(algorithm.replace("-", ""), usedforsecurity=False).hexdigest()
    found = {file.path: nothing for file in files if file.size == 0}
    full = [file for file in files if file.size]
    if full:
        try:
            found.update(_read(spark, full, algorithm))
        except REFUSALS as problem:
            raise RuleFailedError(
                f"Cannot compute {algorithm} checksums: {computing_problem(problem)}"
            ) from problem
    for file in files:
        if file.path not in found:
            raise RuleFailedError(
                f"Spark did not read {file.path}: it changed while the rule was evaluated, or it "
                "is hidden, as its name begins with _ or ."
            )
    return found


def _read(spark: SparkSession, files: Sequence[File], algorithm: str) -> dict[str, str]:
    # Folders, as Spark lists many single paths in a task each; without their partition columns.
    reader = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    contents = reader.load([_GLOB.sub(r"\\\1", folder) for folder in _folders(files)])
    # Size and second of the files let Spark skip the others before it reads; how it writes a path
    # in _metadata depends on its version, and the milliseconds of S3 on the request.
    sizes = ", ".join(sorted({f"{file.size}L" for file in files}))
    seconds = ", ".join(sorted({f"{int(file.modified.timestamp())}L" for file in files}))
    wanted = {file.path for file in files}
    rows = (
        contents.where(f"_metadata.file_size IN ({sizes})")
        .where(f"unix_seconds(_metadata.file_modification_time) IN ({seconds})")
        .selectExpr("path", f"{_EXPRESSIONS[algorithm]} AS checksum")
        .collect()
    )
    return {row["path"]: row["checksum"] for row in rows if row["path"] in wanted}


def _folders(files: Sequence[File]) -> list[str]:
    """The files' folders without those that lie in another of them."""
    kept: list[str] = []
    for folder in sorted({file.path.rpartition("/")[0] + "/" for file in files}):
        if not kept or not folder.startswith(kept[-1]):
            kept.append(folder)
    return kept
