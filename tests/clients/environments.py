"""The published clients, each in an environment of its own, because what they need rules each other out.

A folder beside this file is one environment: a `requirements.lock` with hashes for Python, a `package.json` with its
`package-lock.json` for Node. It is installed once and kept until its lock changes; one that cannot be is an error.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
KEPT = Path(os.environ["DATA_DIR"]) / "clients"


@cache
def command(name):
    """What runs a program in the environment called `name`: [path]."""
    if (HERE / name / "package.json").exists():
        return [shutil.which("node")]
    else:
        return [str(_installed(name, "requirements.lock", _install_python) / "bin" / "python")]


@cache
def home(name):
    """Where a Node program has to lie to find its packages."""
    return _installed(name, "package-lock.json", _install_node)


def _installed(name, lock, install):
    lock = HERE / name / lock
    place = KEPT / f"{name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    with _alone(name):
        if not (place / "complete").exists():
            for old in KEPT.glob(f"{name}-*"):
                shutil.rmtree(old)
            install(place, lock)
            (place / "complete").touch()
    return place


def _install_python(place, lock):
    _run([sys.executable, "-m", "venv", "--without-pip", place])  # ours will do, and takes half the time
    pip = [sys.executable, "-m", "pip", "--python", place / "bin" / "python"]
    _run([*pip, "install", "--quiet", "--require-hashes", "--no-deps", "-r", lock])


def _install_node(place, lock):
    place.mkdir(parents=True)
    for file in (lock, lock.with_name("package.json")):
        shutil.copy(file, place)
    _run([shutil.which("npm") or "npm", "ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=place)


def _run(words, **options):
    done = subprocess.run(words, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))} failed:\n{done.stdout}{done.stderr}")


@contextmanager
def _alone(name):
    """Tests run in two processes, and both may want it first."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
