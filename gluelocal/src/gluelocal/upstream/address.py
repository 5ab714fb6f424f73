"""The URL of an upstream: what may stand in it, and whether somebody answers there."""

import urllib.error
import urllib.request
from urllib.parse import urlsplit

from gluelocal.account import LOOPBACK
from gluelocal.errors import GluelocalError, UsageError

NONE = "none"
"""The word that takes an upstream back."""

_ANSWER_SECONDS = 60.0
"""LocalStack loads a service with the first request for it, which takes a while."""
_THIS_MACHINE = frozenset({LOOPBACK, "localhost", "::1"})


class UpstreamError(GluelocalError):
    """The upstream does not answer, or has refused what the account needs of it."""


def parse(text: str) -> str:
    """The URL as it is kept, `http://host:port`; "" for the word `none`.

    Raises UsageError for what is no such URL. A user and password have no place in it: the URL is
    kept in the account's settings and printed in messages.
    """
    if text == NONE:
        return ""
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as problem:
        raise _refused("that is no URL") from problem
    if parts.username is not None or parts.password is not None:
        # Not repeated in the message: it may be a password.
        raise _refused("it holds a user or password")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _refused(f"{text!r} is not http:// or https:// with a host")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise _refused(f"{text!r} has more than scheme, host and port")
    return f"{parts.scheme}://{parts.netloc}" if port else f"{parts.scheme}://{parts.hostname}"


def _refused(why: str) -> UsageError:
    return UsageError(
        f"The upstream cannot be used: {why}. Give the endpoint of another AWS emulator, as in "
        f"--upstream http://127.0.0.1:4567, or --upstream {NONE} to go on without one."
    )


def require_other(url: str, port: int) -> None:
    """Raises UsageError when the URL is the account's own: requests would go round in a circle."""
    parts = urlsplit(url)
    if parts.hostname in _THIS_MACHINE and parts.port == port:
        raise UsageError(
            f"The upstream {url} is this account's own endpoint. Start the account on another port "
            "(gluelocal up --port N), or name another upstream."
        )


def require_answer(url: str) -> None:
    """Raises UpstreamError when nobody answers there; any HTTP answer will do."""
    # A proxy of the environment is for the network; an emulator is near.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(url, timeout=_ANSWER_SECONDS).close()
    except urllib.error.HTTPError as answer:
        answer.close()
    except OSError as problem:
        reason = getattr(problem, "reason", problem)
        raise UpstreamError(
            f"The upstream {url} does not answer ({reason}). Start it and then the account, or "
            f"start the account without it: gluelocal up --upstream {NONE}"
        ) from problem
