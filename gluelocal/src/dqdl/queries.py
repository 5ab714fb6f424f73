"""SQL over the frame: CustomSql's `primary`, and the flags of the rows that a query returned."""

import threading
from collections import Counter
from collections.abc import Mapping

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from dqdl import sql
from dqdl.errors import RuleFailedError
from dqdl.plan import RowQuery
from dqdl.problems import spark_problem
from dqdl.scope import PRIMARY

_VIEWS = threading.Lock()


class Queries:
    """`sources` are further frames by alias, each a view of that name beside `primary`."""

    def __init__(self, frame: DataFrame, sources: Mapping[str, DataFrame]) -> None:
        self._frame = frame
        self._sources = sources
        self._views = {**sources, PRIMARY: frame}
        self._results: dict[RowQuery, DataFrame] = {}

    def over(self, frame: DataFrame) -> "Queries":
        """The same over another frame of these columns, for the queries checked so far."""
        other = Queries(frame, self._sources)
        for query in self._results:
            other.check(query)
        return other

    def run(self, text: str) -> DataFrame:
        """The SELECT's result; AnalysisException when Spark refuses it.

        Views of those names that the session has already are put back: Spark resolves the query
        at once, so it needs ours no longer.
        """
        spark = self._frame.sparkSession
        with _VIEWS:
            earlier = {
                alias: spark.table(sql.name(alias))
                for alias in self._views
                if _is_temporary(spark, sql.name(alias))
            }
            try:
                for alias, view in self._views.items():
                    # Spark forgets a cached frame together with a view of just that frame.
                    view.select("*").createOrReplaceTempView(sql.name(alias))
                return spark.sql(text)
            finally:
                for alias in self._views:
                    spark.catalog.dropTempView(alias)
                for alias, view in earlier.items():
                    view.createOrReplaceTempView(sql.name(alias))

    def check(self, query: RowQuery) -> None:
        """RuleFailedError when the query is refused, or returns none of the frame's columns."""
        try:
            result = self.run(query.sql)
        except AnalysisException as problem:
            raise spark_problem(problem) from problem
        shared = self._shared(result)
        counts = Counter(own for _, own in shared)
        twice = [own for own, count in counts.items() if count > 1]
        if twice:
            raise RuleFailedError(
                f"The output from CustomSQL has the column {twice[0]} more than once."
            )
        if not shared:
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
        for query in queries:
            result = self._results[query]
            shared = dict(self._shared(result))
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

    def _shared(self, result: DataFrame) -> list[tuple[str, str]]:
        """The result's columns that the frame has, each with the frame's spelling."""
        mine = {name.lower(): name for name in self._frame.columns}
        mine |= {name: name for name in self._frame.columns}
        pairs = ((name, mine.get(name, mine.get(name.lower()))) for name in result.columns)
        return [(name, own) for name, own in pairs if own is not None]


def _is_temporary(spark: SparkSession, name: str) -> bool:
    try:
        return spark.catalog.getTable(name).isTemporary
    except AnalysisException:
        return False
