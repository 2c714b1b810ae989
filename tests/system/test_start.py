"""bin/run with real processes: what it starts, what it stops, and what it survives."""

import os
import random
import signal
import socket
import subprocess
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.waiting import PATIENCE, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent


class Run:
    """One `bin/run`, and everything that descends from it."""

    def __init__(self, data_dir, port=None, **settings):
        self.data_dir, self.port = data_dir, port or free_port()
        self.output = data_dir.with_name(f"{data_dir.name}-{self.port}.out")
        with self.output.open("w") as output:
            self.popen = subprocess.Popen(
                [ROOT / "bin" / "run"],
                env=clean_environment() | {"DATA_DIR": str(data_dir), "PORT": str(self.port)} | settings,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    @property
    def said(self):
        return self.output.read_text()

    def until_it_serves(self):
        wait_until(lambda: "is running at" in self.said or self.popen.poll() is not None, 10 * PATIENCE)
        assert "is running at" in self.said, self.said
        return self

    def family(self):
        return [psutil.Process(self.popen.pid), *psutil.Process(self.popen.pid).children(recursive=True)]

    def press_ctrl_c(self):
        self.popen.send_signal(signal.SIGINT)
        return self.popen.wait(PATIENCE)

    def health(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=PATIENCE) as response:
            return response.read()


def clean_environment():
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def free_port():
    """Below those that the system gives to everybody who names none: one of them could be gone until it is used."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("a hundred ports are taken")


def kill(processes):
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # PostgreSQL's come and go
            process.kill()


def is_alive(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def survivors(processes):
    alive = []
    for process in processes:
        try:
            if is_alive(process):
                alive.append(process)
        except psutil.NoSuchProcess:
            continue
    return alive


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """Kept for the whole module: only the first start makes a database."""
    return tmp_path_factory.mktemp("start") / "data"


@pytest.fixture
def start(data_dir):
    runs = []

    def start(**settings):
        runs.append(Run(data_dir, **settings))
        return runs[-1]

    yield start
    for run in runs:
        if run.popen.poll() is None:
            run.press_ctrl_c()


def test_it_serves_refuses_a_second_start_and_leaves_no_process_after_ctrl_c(start, data_dir):
    run = start().until_it_serves()
    assert run.health() == b'{"status": "ok"}'
    for key in ("secret_key", "share_key"):
        assert (data_dir / key).stat().st_mode & 0o777 == 0o600
    assert f"the password {(data_dir / 'demo_password').read_text()}" in run.said

    second = start()
    assert second.popen.wait(PATIENCE) == 1
    assert second.said == f"parley: Parley is already running on {data_dir} (process {run.popen.pid}).\n"

    family = run.family()
    assert run.press_ctrl_c() == 0
    assert survivors(family) == []
    assert "Traceback" not in run.said


def test_the_next_start_recovers_when_everything_was_killed(start):
    run = start().until_it_serves()
    family = run.family()
    kill(family)
    run.popen.wait(PATIENCE)
    wait_until(lambda: survivors(family) == [])

    assert start().until_it_serves().health() == b'{"status": "ok"}'


def test_a_database_that_was_left_running_is_stopped_before_a_new_one_starts(start, data_dir):
    run = start().until_it_serves()
    family = run.family()
    [postmaster] = [child for child in psutil.Process(run.popen.pid).children() if child.name() == "postgres"]
    postmaster.suspend()  # so that the signal it gets when its parent dies has to wait
    run.popen.kill()
    run.popen.wait(PATIENCE)
    wait_until(lambda: set(survivors(family)) <= {postmaster, *postmaster.children(recursive=True)})
    postmaster.resume()

    assert start().until_it_serves().health() == b'{"status": "ok"}'
    assert not is_alive_by_pid(postmaster)


def test_what_it_started_ends_when_it_alone_is_killed(start):
    run = start().until_it_serves()
    family = run.family()
    run.popen.kill()
    run.popen.wait(PATIENCE)

    wait_until(lambda: survivors(family) == [])


def test_a_killed_database_web_server_and_worker_are_started_again(start):
    run = start().until_it_serves()
    children = psutil.Process(run.popen.pid).children()
    for child in children:
        child.kill()

    def all_are_back():
        now = psutil.Process(run.popen.pid).children()
        return len([child for child in now if child not in children and is_alive(child)]) == len(children)

    wait_until(all_are_back)
    wait_until(lambda: healthy(run))
    assert "ended (killed by SIGKILL); starting it again in 1 s" in run.said


def is_alive_by_pid(process):
    return survivors([process]) != []


def healthy(run):
    try:
        return run.health() == b'{"status": "ok"}'
    except OSError:
        return False
