"""Whatever forbids a start is said in one sentence, with exit code 1 and no traceback."""

import os
import shutil
import socket
import subprocess

import pytest

from config.preflight import Place, Refusal
from tests.system.test_start import ROOT, clean_environment, free_port
from tests.waiting import PATIENCE


def run(command=ROOT / "bin" / "run", **settings):
    environment = clean_environment() | {"PORT": str(free_port())} | settings
    return subprocess.run(
        [command], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE
    )


def sentence(finished):
    """What it said, having made sure that it said one thing and ended."""
    assert finished.returncode == 1
    assert finished.stdout == ""
    assert finished.stderr.count("\n") == 1, finished.stderr
    return finished.stderr.strip()


def test_a_taken_port(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        finished = run(DATA_DIR=str(tmp_path / "data"), PORT=str(port))

    assert sentence(finished) == (
        f"parley: Port {port} on 127.0.0.1 is taken by another program; choose another with PORT."
    )


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "8000.5", "٨٠٠٠"])
def test_a_port_that_is_none(port, tmp_path):
    assert "PORT must be a number from 1 to 65535" in sentence(run(DATA_DIR=str(tmp_path / "data"), PORT=port))


@pytest.mark.parametrize("threads", ["many", "0", "-1", "10000", "8.5"])
def test_a_number_of_threads_that_is_none(threads, tmp_path):
    said = sentence(run(DATA_DIR=str(tmp_path / "data"), PARLEY_THREADS=threads))

    assert said == f"parley: PARLEY_THREADS must be a number from 1 to 1000, not {threads!r}."


def test_a_host_of_another_machine(tmp_path):
    assert "HOST" in sentence(run(DATA_DIR=str(tmp_path / "data"), HOST="192.0.2.1"))


def test_a_data_directory_that_cannot_be_one(tmp_path):
    (tmp_path / "file").write_text("not a directory")

    assert "is not writable" in sentence(run(DATA_DIR=str(tmp_path / "file" / "data")))


def test_a_data_directory_of_somebody_elses(tmp_path):
    """In a forked child without root's rights, because root may write everywhere."""
    tmp_path.chmod(0o500)
    child = os.fork()
    if child == 0:
        code = 0
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            Place({"DATA_DIR": str(tmp_path / "data")}).claim()
        except Refusal as refusal:
            code = 7 if "is not writable (Permission denied)" in str(refusal) else 8
        finally:
            os._exit(code)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_an_unreachable_database_is_named_without_its_password(tmp_path):
    url = "postgres://parley:hunter2-secret@127.0.0.1:1/letters"
    said = sentence(run(DATA_DIR=str(tmp_path / "data"), DATABASE_URL=url))

    assert said.startswith("parley: PostgreSQL 'letters' at 127.0.0.1 cannot be used: ")
    assert "hunter2" not in said


@pytest.mark.parametrize(
    "url",
    [
        "postgres://parley:hunter2/secret@127.0.0.1/letters",
        "postgres://parley:hunter2#secret@127.0.0.1/letters",
        "mysql://parley:hunter2-secret@127.0.0.1/letters",
        "hunter2-secret",
    ],
)
def test_a_database_address_that_is_none_is_not_quoted(url, tmp_path):
    said = sentence(run(DATA_DIR=str(tmp_path / "data"), DATABASE_URL=url))

    assert "DATABASE_URL must look like postgres://" in said
    assert "hunter2" not in said
    assert "secret" not in said


@pytest.mark.parametrize(
    ("settings", "about"),
    [
        ({"MODEL_BASE_URL": "127.0.0.1:11434/v1", "MODEL_NAME": "llama"}, "MODEL_BASE_URL must look like"),
        ({"MODEL_BASE_URL": "http://hunter2-secret@127.0.0.1/v1", "MODEL_NAME": "llama"}, "a key is MODEL_API_KEY"),
        ({"MODEL_BASE_URL": "http://127.0.0.1:11434/v1"}, "MODEL_BASE_URL needs a MODEL_NAME"),
        ({"MODEL_API_KEY": "hunter2-secret\r\nX: y"}, "MODEL_API_KEY holds a character"),
    ],
)
def test_a_model_that_cannot_be_asked(settings, about, tmp_path):
    said = sentence(run(DATA_DIR=str(tmp_path / "data"), DATABASE_URL="postgres://127.0.0.1:1/letters", **settings))

    assert about in said
    assert "hunter2" not in said


def test_a_python_that_is_too_old(tmp_path):
    """A clone of its own without .venv, and a PATH on which every python is an old one."""
    shutil.copytree(ROOT / "bin", tmp_path / "bin")
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    path = tmp_path / "path"
    path.mkdir()
    for tool in ("sh", "readlink", "dirname", "basename", "cmp"):
        (path / tool).symlink_to(shutil.which(tool))
    for python in ("python3", "python3.11", "python3.12", "python3.13"):
        (path / python).write_text("#!/bin/sh\nexit 1\n")
        (path / python).chmod(0o755)

    said = sentence(run(tmp_path / "bin" / "run", PATH=str(path)))

    assert said.startswith("bin/run: Parley needs Python 3.11 or newer")
