"""SQL over the frame: CustomSql's `primary`, and the flags of the rows that a query returned."""

import threading
from collections.abc import Mapping

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.measuring import spark_problem
from dqdl.plan import RowQuery

PRIMARY = "primary"
_VIEWS = threading.Lock()


class Queries:
    """`sources` are further frames by alias, each a view of that name beside `primary`."""

    def __init__(self, frame: DataFrame, sources: Mapping[str, DataFrame]) -> None:
        self._frame = frame
        self._views = {**sources, PRIMARY: frame}
        self._results: dict[RowQuery, DataFrame] = {}

    def run(self, text: str) -> DataFrame:
        """The SELECT's result; AnalysisException when Spark refuses it.

        Views of those names that the session has already are put back: Spark resolves the query
        at once, so it needs ours no longer.
        """
        spark = self._frame.sparkSession
        with _VIEWS:
            earlier = {a: spark.table(a) for a in self._views if _is_temporary(spark, a)}
            try:
                for alias, view in self._views.items():
                    view.createOrReplaceTempView(alias)
                return spark.sql(text)
            finally:
                for alias in self._views:
                    spark.catalog.dropTempView(alias)
                for alias, view in earlier.items():
                    view.createOrReplaceTempView(alias)

    def check(self, query: RowQuery) -> None:
        """RuleFailedError when the query is refused, or returns none of the frame's columns."""
        try:
            result = self.run(query.sql)
        except AnalysisException as problem:
            raise spark_problem(problem) from problem
        mine = {name.lower() for name in self._frame.columns}
        if not any(name.lower() in mine for name in result.columns):
            raise RuleFailedError(
                "The output from CustomSQL must contain at least one column that matches the "
                f"input dataset; it has {', '.join(result.columns)}."
            )
        self._results[query] = result

    def flagged(self, queries: tuple[RowQuery, ...]) -> DataFrame:
        """The frame with one column a query, not NULL on the rows that the query returned.

        The returned rows are made distinct first, so that no row of the frame is multiplied.
        """
        flagged = self._frame
        mine = {name.lower(): name for name in self._frame.columns}
        for query in queries:
            result = self._results[query]
            shared = {name: mine[name.lower()] for name in result.columns if name.lower() in mine}
            aliases = {name: f"{query.flag}_{i}" for i, name in enumerate(shared)}
            returned = (
                result.select(*(F.col(sql.name(name)).alias(aliases[name]) for name in shared))
                .distinct()
                .withColumn(query.flag, F.lit(True))
            )
            same = [
                F.col(sql.name(own)).eqNullSafe(F.col(sql.name(aliases[name])))
                for name, own in shared.items()
            ]
            flagged = flagged.join(returned, same, "left").drop(*aliases.values())
        return flagged


def _is_temporary(spark: SparkSession, name: str) -> bool:
    try:
        return spark.catalog.getTable(name).isTemporary
    except AnalysisException:
        return False
