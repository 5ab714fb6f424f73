"""Databases by JDBC: which driver and SQL each kind has, and where one is, from its options."""

import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.sql import SparkSession

from awsglue.connections import with_connection
from awsglue.errors import GlueRuntimeError, InvalidOptionError, NotSupportedError
from awsglue.registry import Registry


class DriverNotFoundError(GlueRuntimeError):
    """The driver's class is not on Spark's class path."""


@dataclass(frozen=True)
class Vendor:
    """A kind of database.

    `bucket` is SQL for a number from 0 to n - 1 out of a numeric expression, `hash` SQL for a
    number out of a column of any type, `text` SQL for a value as text that compares as the value
    does. None: not known for this kind. `package` brings the driver, where Maven has it.
    """

    name: str
    driver: str = ""
    package: str = ""
    bucket: str = "MOD(ABS({}), {})"
    hash: str | None = None
    text: str | None = None

    def with_database(self, url: str, database: str) -> str:
        """The URL with another database in it, as the option `database` names one."""
        if self.name == "sqlserver":
            kept = re.sub(r";databaseName=[^;]*", "", url, flags=re.IGNORECASE)
            return f"{kept.rstrip(';')};databaseName={database}"
        if self.name == "oracle":
            # What the URL names is a service, and Glue's database there is the schema's owner.
            return url
        return re.sub(r"^(jdbc:\w+://[^/?]+)(/[^?]*)?", rf"\1/{quote(database)}", url)


_NAMED = ("postgresql", "mysql", "oracle", "sqlserver")

VENDORS: Registry[Vendor] = Registry("JDBC connection type")

VENDORS.register("postgresql")(
    Vendor(
        "postgresql",
        "org.postgresql.Driver",
        "org.postgresql:postgresql:42.7.3",
        bucket="MOD(ABS(CAST({} AS BIGINT)), {})",
        hash="HASHTEXT(CAST({} AS TEXT))",
        text="CAST({} AS VARCHAR)",
    )
)
VENDORS.register("mysql")(
    Vendor(
        "mysql",
        "com.mysql.cj.jdbc.Driver",
        "com.mysql:mysql-connector-j:8.0.33",
        bucket="MOD(ABS(CAST({} AS SIGNED)), {})",
        hash="CRC32({})",
        text="CAST({} AS CHAR)",
    )
)
VENDORS.register("oracle")(
    Vendor(
        "oracle",
        "oracle.jdbc.OracleDriver",
        "com.oracle.database.jdbc:ojdbc11:23.3.0.23.09",
        bucket="MOD(ABS(FLOOR({})), {})",
        hash="ORA_HASH({})",
    )
)
VENDORS.register("sqlserver")(
    Vendor(
        "sqlserver",
        "com.microsoft.sqlserver.jdbc.SQLServerDriver",
        "com.microsoft.sqlserver:mssql-jdbc:10.2.0.jre11",
        bucket="ABS(CAST({} AS BIGINT)) % {}",
        hash="CHECKSUM({})",
        text="CONVERT(VARCHAR(64), {}, 121)",
    )
)
# The driver's class comes with the options.
VENDORS.register("jdbc", "custom.jdbc", "marketplace.jdbc")(Vendor("jdbc"))

CONNECTION_TYPES = (*_NAMED, "jdbc", "custom.jdbc", "marketplace.jdbc")


@dataclass(frozen=True)
class Database:
    """One database; `properties` go to its driver as they are."""

    vendor: Vendor
    url: str
    driver: str
    jar: str = ""
    properties: Mapping[str, str] = field(default_factory=dict, repr=False)

    def ensure_driver(self, session: SparkSession) -> None:
        """Sees that Spark has the driver's class; DriverNotFoundError when there is none.

        The jar that the options name is brought only for a class that is not there yet.
        """
        if _has_class(session, self.driver):
            return
        if self.jar:
            _add_jar(session, self.jar)
            if _has_class(session, self.driver):
                return
            raise DriverNotFoundError(f"the jar {self.jar} has no class {self.driver}")
        hint = f" or --conf spark.jars.packages={self.vendor.package}"
        raise DriverNotFoundError(
            f"the JDBC driver {self.driver} is not on the class path; give the job its jar "
            f"with --extra-jars s3://…/driver.jar{hint if self.vendor.package else ''}"
        )

    def connection_properties(self) -> dict[str, str]:
        """What Spark's JDBC source is given beside URL and table."""
        return {**self.properties, "driver": self.driver}


_USERS = ("user", "username", "userName")


def of_options(connection_type: str, options: Mapping[str, Any]) -> Database:
    """The database of connection_options (Glue Developer Guide, "JDBC connections").

    url, user, password, database, connectionName, useConnectionProperties, secretId, className,
    customJdbcDriverClassName, customJdbcDriverS3Path. InvalidOptionError says what is missing.
    """
    given = with_connection(options)
    vendor = VENDORS.get(connection_type)
    url = str(given.get("url", ""))
    if not url.startswith("jdbc:"):
        raise InvalidOptionError(
            f"the connection type {connection_type!r} needs url, such as "
            f"jdbc:{vendor.name}://host:port/database, or connectionName"
        )
    if vendor.name == "jdbc":
        # A URL tells the kind as well; the driver's class is still the caller's to choose.
        kind = url.split(":", 2)[1]
        vendor = VENDORS.get(kind) if kind in _NAMED else vendor
    elif "redshift" in url.split(":", 2)[1]:
        raise InvalidOptionError(f"the URL {shown(url)!r} is Redshift's; use its connection type")
    if "database" in given:
        url = vendor.with_database(url, str(given["database"]))
    named = given.get("customJdbcDriverClassName") or given.get("className")
    driver = str(named or vendor.driver)
    if not driver:
        raise InvalidOptionError(
            f"the connection type {connection_type!r} needs className, the driver's class"
        )
    if str(given.get("ssl", "false")).lower() == "true" or "customJDBCCert" in given:
        raise NotSupportedError("the JDBC options ssl and customJDBCCert", "put them into the URL")
    user = next((str(given[name]) for name in _USERS if given.get(name)), "")
    password = str(given.get("password", ""))
    properties = {"user": user, "password": password} if user else {}
    return Database(vendor, url, driver, str(given.get("customJdbcDriverS3Path", "")), properties)


def shown(url: str) -> str:
    """The URL as a message may show it: properties can hold a password."""
    return url.split("?", 1)[0].split(";", 1)[0]


def _has_class(session: SparkSession, name: str) -> bool:
    jvm: Any = session._jvm
    try:
        jvm.java.lang.Class.forName(name, False, _class_loader(session))
    except Py4JJavaError as problem:
        if "ClassNotFoundException" not in str(problem.java_exception):
            raise
        return False
    return True


def _class_loader(session: SparkSession) -> Any:
    """The loader that all of Spark's threads share; that of ADD JAR is its child."""
    spark: Any = session._jsparkSession
    return spark.sharedState().jarClassLoader().getParent()


def _add_jar(session: SparkSession, path: str) -> None:
    """Brings the jar to the executors and, as a local file, to the driver's threads."""
    jvm: Any = session._jvm
    jsc: Any = session._jsc
    place = jvm.org.apache.hadoop.fs.Path(path)
    copy = Path(tempfile.mkdtemp(prefix="jdbc-driver-")) / str(place.getName())
    try:
        system = place.getFileSystem(jsc.hadoopConfiguration())
        system.copyToLocalFile(False, place, jvm.org.apache.hadoop.fs.Path(str(copy)), True)
    except Py4JJavaError as problem:
        raise InvalidOptionError(
            f"customJdbcDriverS3Path {path!r} cannot be read: {problem.java_exception}"
        ) from None
    jsc.addJar(str(copy))
    _class_loader(session).addURL(jvm.java.io.File(str(copy)).toURI().toURL())
