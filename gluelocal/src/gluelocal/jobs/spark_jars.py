"""The jars that a job run finds besides Spark's own: S3A and the PostgreSQL driver.

Spark's Ivy fetches them once. Where it has put them they are named to Java directly afterwards,
behind Spark's own jars: resolving them again takes as long as starting Spark.
"""

from pathlib import Path

AWS_SDK = "1.12.262"
"""The AWS SDK that hadoop-aws 3.3.4 is built against."""

PACKAGES = (
    "org.apache.hadoop:hadoop-aws:3.3.4",
    f"com.amazonaws:aws-java-sdk-s3:{AWS_SDK}",
    f"com.amazonaws:aws-java-sdk-sts:{AWS_SDK}",
    f"com.amazonaws:aws-java-sdk-dynamodb:{AWS_SDK}",
    "org.postgresql:postgresql:42.7.3",
)
"""S3A in 12 MB: hadoop-aws names the whole SDK (280 MB) and works with these parts of it. And the
PostgreSQL driver, which jobs find on Glue too, in the version of Glue 5.1."""

_BROUGHT_ALONG = (
    f"com.amazonaws:aws-java-sdk-core:{AWS_SDK}",
    f"com.amazonaws:aws-java-sdk-kms:{AWS_SDK}",
    f"com.amazonaws:jmespath-java:{AWS_SDK}",
    "com.fasterxml.jackson.dataformat:jackson-dataformat-cbor:2.12.6",
    "org.wildfly.openssl:wildfly-openssl:1.0.7.Final",
    "software.amazon.ion:ion-java:1.0.2",
)
"""What PACKAGES depend on and Spark 3.5.6 does not have itself."""

_EXCLUDED = "com.amazonaws:aws-java-sdk-bundle"
SETTING = "spark.jars.packages"


def fetched() -> tuple[Path, ...]:
    """The jars' files where Spark's Ivy keeps them; none unless all are there."""
    # The file names are Ivy's pattern in SparkSubmitUtils: group_artifact-version.jar.
    folder = Path.home() / ".ivy2" / "jars"
    names = (coordinates.split(":") for coordinates in (*PACKAGES, *_BROUGHT_ALONG))
    files = tuple(folder / f"{group}_{name}-{version}.jar" for group, name, version in names)
    return files if all(file.is_file() for file in files) else ()


def fetching(also: str = "") -> dict[str, str]:
    """The settings with which Spark fetches them, and other packages (`also`, with commas)."""
    return {
        SETTING: ",".join([*PACKAGES, *filter(None, [also])]),
        "spark.jars.excludes": _EXCLUDED,
    }
