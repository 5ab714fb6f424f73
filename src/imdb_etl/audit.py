"""Step 6: the proof that every row of the input is in exactly one place."""

from imdb_etl.errors import AuditError
from imdb_etl.summary import RowCounts


def reconcile(read: int, loadable: int, rejected: int) -> RowCounts:
    """The run's row counts, when they add up; else AuditError, before the target is touched.

    `read` are the input's rows, `loadable` the valid ones, and `rejected` those that were counted
    in the reject files after writing. That Redshift has `loadable` rows too is checked there, in
    the transaction of the load (sinks/redshift.py).
    """
    missing = read - loadable - rejected
    if missing:
        what = f"{missing} rows are missing" if missing > 0 else f"{-missing} rows too many"
        raise AuditError(
            f"{read} rows were read, {loadable} are valid and {rejected} stand in the reject "
            f"files: {what}; the target table was not touched"
        )
    return RowCounts(read=read, loaded=loadable, rejected=rejected)
