"""Logging in: md5, the one method that both Redshift drivers and every PostgreSQL driver speak.

The drivers of Redshift fail on SCRAM, so it is never offered. PostgreSQL keeps the passwords (of
the configured user and of those made with CREATE USER) as `md5` + md5(password + user), which is
all that a check needs.
"""

import hashlib
import hmac


def stored_form(user: str, password: str) -> str:
    """What PostgreSQL's pg_authid holds for a password."""
    return "md5" + hashlib.md5((password + user).encode()).hexdigest()


def matches(answer: bytes, stored: str | None, salt: bytes) -> bool:
    """Whether a PasswordMessage's text answers the `salt` that was asked with."""
    if stored is None or not stored.startswith("md5"):
        return False
    expected = b"md5" + hashlib.md5(stored[3:].encode() + salt).hexdigest().encode()
    return hmac.compare_digest(answer.rstrip(b"\0"), expected)
