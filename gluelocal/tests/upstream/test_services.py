"""Which side a request reaches, tried with two real processes."""

import http.server
import threading
import urllib.request
import uuid

import pytest
from botocore.exceptions import ClientError

from gluelocal import lifecycle
from gluelocal.account import Account
from gluelocal.clients import Clients

MEGABYTE = 2**20


@pytest.fixture
def bucket(fronted):
    name = f"films-{uuid.uuid4().hex[:8]}"
    fronted.client("s3").create_bucket(Bucket=name)
    return name


def test_objects_put_on_one_side_are_there_on_the_other(fronted, upstream, bucket):
    key = "raw/a b/ü+%~'.csv"
    fronted.client("s3").put_object(Bucket=bucket, Key=key, Body=b"title\nHeat\n")
    assert upstream("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == b"title\nHeat\n"
    upstream("s3").put_object(Bucket=bucket, Key="other", Body=b"2")
    assert fronted.client("s3").get_object(Bucket=bucket, Key="other")["Body"].read() == b"2"


def test_large_objects_and_uploads_in_parts(fronted, upstream, bucket, tmp_path):
    file = tmp_path / "large"
    file.write_bytes(bytes(range(256)) * (20 * MEGABYTE // 256))
    fronted.client("s3").upload_file(str(file), bucket, "large")
    assert upstream("s3").head_object(Bucket=bucket, Key="large")["ETag"].strip('"').endswith("-3")
    back = fronted.client("s3").get_object(Bucket=bucket, Key="large")["Body"].read()
    assert back == file.read_bytes()


def test_a_presigned_url_needs_no_other_signature(fronted, bucket):
    s3 = fronted.client("s3")
    s3.put_object(Bucket=bucket, Key="a b", Body=b"x")
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b"})
    assert url.startswith(fronted.environment["AWS_ENDPOINT_URL"])
    assert urllib.request.urlopen(url).read() == b"x"


def test_an_error_of_the_upstream_is_the_callers_error(fronted, bucket):
    s3 = fronted.client("s3")
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key="nothing")


@pytest.mark.parametrize(
    ("service", "make", "listed"),
    [
        ("sqs", lambda c, n: c.create_queue(QueueName=n),
         lambda c, n: c.get_queue_url(QueueName=n)),
        ("secretsmanager", lambda c, n: c.create_secret(Name=n, SecretString="s"),
         lambda c, n: c.describe_secret(SecretId=n)),
        ("logs", lambda c, n: c.create_log_group(logGroupName=n),
         lambda c, n: c.describe_log_groups(logGroupNamePrefix=n)["logGroups"][0]),
        ("events", lambda c, n: c.put_rule(Name=n, EventPattern='{"source": ["x"]}'),
         lambda c, n: c.describe_rule(Name=n)),
    ],
)  # fmt: skip
def test_other_services_are_the_upstreams(fronted, upstream, service, make, listed):
    name = f"n-{uuid.uuid4().hex[:8]}"
    make(fronted.client(service), name)
    assert listed(upstream(service), name)


def test_the_catalog_and_jobs_stay_in_the_account(fronted, upstream):
    glue, name = fronted.client("glue"), f"d_{uuid.uuid4().hex[:8]}"
    glue.create_database(DatabaseInput={"Name": name})
    assert glue.get_database(Name=name)["Database"]["Name"] == name
    # A MiniStack has none of that name, LocalStack's community edition has no Glue.
    with pytest.raises(ClientError):
        upstream("glue").get_database(Name=name)


def test_status_names_the_upstream(fronted, upstream_endpoint):
    inside = Clients(Account.open(fronted.state)).inside()
    assert inside["upstream"] == upstream_endpoint
    assert inside["upstream_mails"] == "fetched"


def test_redshift_copies_from_the_upstream(fronted, upstream, bucket):
    upstream("s3").put_object(Bucket=bucket, Key="in.csv", Body=b"1,Heat\n2,Alien\n")
    table = f"t_{uuid.uuid4().hex[:8]}"
    with fronted.redshift() as connection, connection.cursor() as cursor:
        cursor.execute(f"create table {table} (id int, title varchar(20))")
        cursor.execute(
            f"copy {table} from 's3://{bucket}/in.csv' "
            "iam_role 'arn:aws:iam::000000000000:role/r' csv"
        )
        cursor.execute(f"select title from {table} order by id")
        assert [list(row) for row in cursor.fetchall()] == [["Heat"], ["Alien"]]


@pytest.mark.slow
def test_without_its_upstream_an_account_says_so_and_glue_goes_on(tmp_path):
    """An upstream that ends while the account runs; then the account without it."""
    state = tmp_path / "state"
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    try:
        clients = Clients(lifecycle.up(state, port=0, redshift_port=0, upstream=url).account)
        server.shutdown()
        server.server_close()
        for call in (clients("sqs").list_queues, clients("s3").list_buckets):
            with pytest.raises(ClientError, match=f"upstream {url} .* does not answer"):
                call()
        clients("glue").create_database(DatabaseInput={"Name": "kept"})
        lifecycle.down(state)
        again = Clients(lifecycle.up(state, upstream="none").account)
        again("s3").create_bucket(Bucket="own-again")
        assert again("glue").get_database(Name="kept")["Database"]["Name"] == "kept"
    finally:
        lifecycle.down(state)
