"""The HTTP proxy before a real S3 endpoint: what breaks, and what gets through."""

import socket

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, ResponseStreamingError
from faults.storage_proxy import ANY, Effect, StorageProxy, StorageRule

BROKEN = (HTTPClientError, ResponseStreamingError)


@pytest.fixture(scope="module")
def proxy(aws_endpoint):
    host, _, port = aws_endpoint.removeprefix("http://").partition(":")
    made = StorageProxy(host, int(port))
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def through(proxy):
    return client_of(proxy)


def client_of(proxy):
    """A client that asks once, through the proxy."""
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return boto3.client(
        "s3",
        endpoint_url=proxy.url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=config,
    )


@pytest.fixture(scope="module")
def bucket(aws):
    aws("s3").create_bucket(Bucket="behind-the-proxy")
    return "behind-the-proxy"


@pytest.fixture(autouse=True)
def _disarmed(proxy):
    yield
    proxy.arm(None)


def rule(proxy, effect, label="PUT rejected/", nth=1, times=1, **more):
    made = StorageRule(label, nth, effect, times, **more)
    proxy.arm(made)
    return made


def test_what_no_rule_meets_arrives_unchanged(through, aws, bucket, proxy):
    body = bytes(range(256)) * 1000
    through.put_object(Bucket=bucket, Key="rejected/a", Body=body)
    assert through.get_object(Bucket=bucket, Key="rejected/a")["Body"].read() == body
    assert through.head_object(Bucket=bucket, Key="rejected/a")["ContentLength"] == len(body)
    assert aws("s3").get_object(Bucket=bucket, Key="rejected/a")["Body"].read() == body
    through.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "rejected/a"}]})
    through.list_objects_v2(Bucket=bucket, Prefix="rejected/")
    counts = proxy.counts()
    assert counts == {
        "PUT rejected/": 1,
        "GET rejected/": 1,
        "HEAD rejected/": 1,
        "DELETE rejected/": 1,
        "LIST rejected/": 1,
    }


def test_only_the_numbered_request_is_answered_503(through, bucket, proxy):
    armed = rule(proxy, Effect.BUSY, nth=2)
    through.put_object(Bucket=bucket, Key="rejected/b", Body=b"1")
    with pytest.raises(ClientError, match="SlowDown"):
        through.put_object(Bucket=bucket, Key="rejected/b", Body=b"2")
    through.put_object(Bucket=bucket, Key="rejected/b", Body=b"3")
    assert armed.fired == 1


def test_a_503_for_head_has_no_body_that_the_next_answer_would_begin_with(proxy, bucket):
    rule(proxy, Effect.BUSY, "HEAD rejected/")
    host, _, port = proxy.url.removeprefix("http://").partition(":")
    request = f"HEAD /{bucket}/rejected/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert answer.endswith(b"\r\n\r\n")


def test_a_request_that_is_cut_off_does_not_arrive(through, aws, bucket, proxy):
    for effect in (Effect.CUT, Effect.HALF):
        rule(proxy, effect)
        with pytest.raises(BROKEN):
            through.put_object(Bucket=bucket, Key="rejected/c", Body=b"x" * 10_000)
    assert "Contents" not in aws("s3").list_objects_v2(Bucket=bucket, Prefix="rejected/c")


def test_a_request_whose_answer_is_lost_has_arrived(through, aws, bucket, proxy):
    rule(proxy, Effect.LOST)
    with pytest.raises(BROKEN):
        through.put_object(Bucket=bucket, Key="rejected/d", Body=b"there")
    assert aws("s3").get_object(Bucket=bucket, Key="rejected/d")["Body"].read() == b"there"


def test_an_answer_that_is_cut_off_is_no_answer(through, aws, bucket, proxy):
    aws("s3").put_object(Bucket=bucket, Key="raw/e", Body=b"x" * 100_000)
    rule(proxy, Effect.HALF_ANSWER, label="GET raw/")
    with pytest.raises(BROKEN):
        through.get_object(Bucket=bucket, Key="raw/e")["Body"].read()


def test_the_act_happens_once_before_the_first_request_that_is_met(through, bucket, proxy):
    seen = []
    armed = rule(
        proxy, Effect.PASS, label=ANY, nth=2, times=5, act=lambda: seen.append(proxy.counts())
    )
    for key in ("rejected/f", "staging/g", "runs/h"):
        through.put_object(Bucket=bucket, Key=key, Body=b"1")
    assert seen == [{"PUT rejected/": 1, "PUT staging/": 1}]
    assert armed.fired == 2


def test_an_endpoint_that_is_down_is_a_broken_connection():
    proxy = StorageProxy("127.0.0.1", 1)
    proxy.start()
    try:
        with pytest.raises(BROKEN):
            client_of(proxy).list_buckets()
    finally:
        proxy.stop()
