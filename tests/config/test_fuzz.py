"""Every page, asked what no browser would ask: never a fault. Seeded, so that what fails once fails again."""

import random

import pytest

from tests.system.test_walls import addresses, ids  # noqa: F401  a fixture

ODD = [
    "%00",
    "%FF%FE",
    "%zz",
    "9" * 40,
    "-1",
    "%ED%A0%80",
    "(",
    "%22",
    "a" * 5_000,
    "1e999",
    "%D9%A3",
    "99999-01-01",
    "[]",
]
NAMES = ["q", "after", "before", "at", "all", "find", "page", "title", "cursor", "order", "next", "gone", "text", "end"]
COOKIES = ["a=\x00", "csrf=%00; messages=x", "=;;=", "session=" + "a" * 32]
METHODS = ["GET", "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"]
LAST = ("delete/", "logout/")  # after which there would be nothing, or nobody, to ask for


@pytest.mark.parametrize("seed", range(3))
def test_no_request_is_a_fault(ids, alice, sign_in, seed):  # noqa: F811
    chance = random.Random(seed)
    client = sign_in(alice)
    client.raise_request_exception = False
    for path in addresses(ids):
        query = "&".join(f"{chance.choice(NAMES)}={chance.choice(ODD)}" for _ in range(chance.randint(1, 3)))
        method = "GET" if path.endswith(LAST) else chance.choice(METHODS)
        odd = {
            "QUERY_STRING": query,
            "HTTP_HOST": chance.choice(["testserver", "testserver", "testserver", "a b", "x:y"]),
        }
        if chance.random() < 0.3:
            odd["HTTP_COOKIE"] = chance.choice(COOKIES)
        answer = client.generic(method, path, query.encode(), "application/x-www-form-urlencoded", **odd)
        assert answer.status_code < 500, f"{method} {path}?{query} {odd}"
