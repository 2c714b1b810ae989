"""Programs as users write them, with the vendors' own packages, against a server over HTTP."""

import json
import os
import shutil
import subprocess

import pytest

from tests.clients import environments

PATIENCE = 60  # seconds


@pytest.fixture
def run(live_server, key_of, alice):
    """run("openai_3/conversations.py") → what the program printed, read as JSON.

    It finds the server in PARLEY_URL and a key of Alice's in PARLEY_KEY, and what is given by name beside them. Another
    environment than its own may run it: that of another version of the same package.
    """
    key = key_of(alice)

    def run(program, environment="", **given):
        path, name = environments.HERE / program, environment or program.partition("/")[0]
        if path.suffix == ".mjs":  # Node looks for packages where the program lies
            path = shutil.copy(path, environments.home(name))
        done = subprocess.run(
            [*environments.command(name), path],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(environments.HERE),  # what several programs share lies beside their folders
                "PARLEY_URL": live_server.url,
                "PARLEY_KEY": key,
            }
            | given,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"{program} failed:\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout)

    return run


@pytest.fixture
def curl(live_server, key_of, alice):
    """curl("/v2/conversations", "--request", "POST" …) → (status, the answer's JSON or None), with a key of Alice's, or
    with another `key`."""
    secret = key_of(alice)

    def curl(path, *options, key=secret):
        done = subprocess.run(
            [
                *("curl", "--silent", "--show-error", "--max-time", str(PATIENCE), "--write-out", "\n%{http_code}"),
                *("--header", f"Authorization: Bearer {key}", "--header", "Content-Type: application/json"),
                *options,
                f"{live_server.url}{path}",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        body, _, status = done.stdout.rpartition("\n")
        return int(status), json.loads(body) if body else None

    return curl
