import socket

import pytest

from gluelocal import lifecycle
from gluelocal.errors import GluelocalError, UsageError
from gluelocal.upstream import address


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://127.0.0.1:4566", "http://127.0.0.1:4566"),
        ("http://localhost:4566/", "http://localhost:4566"),
        ("https://localstack", "https://localstack"),
        ("none", ""),
    ],
)
def test_an_upstream_is_scheme_host_and_port(given, kept):
    assert address.parse(given) == kept


@pytest.mark.parametrize(
    "given",
    ["127.0.0.1:4566", "ftp://host", "http://", "http://h:x", "http://h/path", "http://h?q=1", ""],
)
def test_what_is_no_endpoint_is_refused_with_an_example(given):
    with pytest.raises(UsageError, match="--upstream http://127"):
        address.parse(given)


def test_a_password_in_the_url_is_refused_and_not_repeated():
    with pytest.raises(UsageError, match="user or password") as refused:
        address.parse("http://anna:geheim@host:4566")
    assert "geheim" not in str(refused.value)


def test_an_upstream_that_does_not_answer_is_named_when_the_account_starts(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(GluelocalError, match=f"{url} does not answer"):
            lifecycle.up(tmp_path / "state", port=0, redshift_port=0, upstream=url)
    assert lifecycle.running_pid(tmp_path / "state") is None


def test_an_account_is_not_its_own_upstream():
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(UsageError, match="own endpoint"):
            address.require_other(f"http://{host}:4566", 4566)
    address.require_other("http://127.0.0.1:4567", 4566)
    address.require_other("http://localstack:4566", 4566)


def test_a_running_account_does_not_change_its_upstream(fronted, upstream_endpoint):
    assert lifecycle.up(fronted.state, upstream=upstream_endpoint).already
    with pytest.raises(UsageError, match="already"):
        lifecycle.up(fronted.state, upstream="http://127.0.0.1:1")
    with pytest.raises(UsageError, match="already"):
        lifecycle.up(fronted.state, upstream="none")
