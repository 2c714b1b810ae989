"""The bytes of a page, as they are, without a question."""

import os
from functools import cache
from pathlib import Path


@cache
def _page():
    return Path(os.environ["DATA_DIR"], "shared.html").read_bytes()


def answer(connection, query, body):
    return _page()
