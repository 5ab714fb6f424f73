"""SQL in a Redshift that only its VPC reaches: by the Redshift Data API, which takes it from here.

Used for the Redshift that the stack makes. (AWS CLI, `redshift-data`; the Data API guide.)
"""

import time
from pathlib import Path
from typing import Any

from imdb_etl.ops.progress import Progress
from imdb_etl.ops.warehouse import WarehouseError, sql_files

POLL_SECONDS = 1.0
# A batch takes no more (Redshift Data API reference, BatchExecuteStatement).
_STATEMENTS_A_BATCH = 40


def apply_sql(
    client: Any, workgroup: str, database: str, secret: str, folder: Path, progress: Progress
) -> list[str]:
    """Runs the folder's .sql files as one batch, which is one transaction; returns their names.

    `client`: boto3 redshift-data; `secret`: the ARN of the secret with the user to run them as.
    """
    files = sql_files(folder)
    statements = [statement for found in files.values() for statement in found]
    if len(statements) > _STATEMENTS_A_BATCH:
        raise WarehouseError(
            f"{folder} has {len(statements)} statements, and one transaction of the Redshift Data "
            f"API takes {_STATEMENTS_A_BATCH}; put fewer there"
        )
    batch = client.batch_execute_statement(
        WorkgroupName=workgroup, Database=database, SecretArn=secret, Sqls=statements
    )
    while True:
        answer = client.describe_statement(Id=batch["Id"])
        if answer["Status"] in ("FINISHED", "FAILED", "ABORTED"):
            break
        progress.update(f"SQL in the Redshift workgroup {workgroup}: {answer['Status'].lower()}")
        time.sleep(POLL_SECONDS)
    if answer["Status"] != "FINISHED":
        raise WarehouseError(
            f"Redshift workgroup {workgroup}, database {database}: the batch {answer['Status']}: "
            f"{answer.get('Error', 'no reason is given')}"
        )
    return list(files)
