"""conf/redshift/*.sql: statements, and errors as one line."""

import pytest

from imdb_etl.ops.target import Redshift
from imdb_etl.ops.warehouse import WarehouseError, apply_sql, statements


def test_statements_come_without_comments_and_empty_parts():
    text = "-- one\ncreate table a (x int); -- two\n;\n\ninsert into a\n  values (1);\n"
    assert statements(text) == ["create table a (x int)", "insert into a\n  values (1)"]


def test_the_project_s_own_files_may_run_again(project):
    files = sorted((project.root / "conf" / "redshift").glob("*.sql"))
    found = [statement for file in files for statement in statements(file.read_text())]
    made = [statement.partition(" if not exists ")[2].split()[0] for statement in found]
    assert made == ["movies", "movies.imdb_movies", "movies.loads", "movies.load_files"]


def test_a_redshift_that_does_not_answer_is_one_line_without_the_password(project):
    nobody = Redshift("127.0.0.1", 1, "dev", "awsuser", "secret-4711")
    with pytest.raises(
        WarehouseError, match=r"Redshift at 127\.0\.0\.1:1, database dev"
    ) as refused:
        apply_sql(nobody, project.root / "conf" / "redshift")
    assert "secret-4711" not in str(refused.value)
    assert "\n" not in str(refused.value)
