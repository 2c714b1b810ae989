"""make_venv.py NAME LOCK: make .venv hold what LOCK names, by hash. Called by setup.sh, with any Python from 3.11 on.

.venv/LOCK.installed is a copy of the lock, written last: without it a .venv is half made, and is made anew.
"""

import fcntl
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"
CONTAINS = {"requirements-dev.lock": ["requirements.lock"]}  # installing the first installs the second


def main(name, lock):
    missing = [module for module in ("venv", "ensurepip") if not importlib.util.find_spec(module)]
    if missing:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(f"{name}: Python's {missing[0]} module is missing; on Debian: apt-get install python{version}-venv")
    try:
        Path("var").mkdir(mode=0o700, exist_ok=True)
        guard = Path("var", "venv.lock").open("w")  # noqa: SIM115 - closed by the `with` below
    except OSError as error:
        sys.exit(f"{name}: {Path.cwd()} is not writable ({error.strerror}), and .venv belongs there.")
    with guard:  # two commands typed at once in one folder: the second waits, then finds everything done
        fcntl.flock(guard, fcntl.LOCK_EX)
        if not (is_installed(lock) and works()):
            install(name, lock)


def is_installed(lock):
    stamp = VENV / f"{lock}.installed"
    return stamp.exists() and stamp.read_bytes() == Path(lock).read_bytes()


def works():
    return PYTHON.exists() and subprocess.run([PYTHON, "-c", ""], capture_output=True).returncode == 0


def install(name, lock):
    stamps = list(VENV.glob("*.installed"))
    whole = bool(stamps) and works()
    for stamp in stamps:
        stamp.unlink()
    print(f"{name}: installing what {lock} names into .venv (once, about a minute)", file=sys.stderr, flush=True)
    if not whole:
        shutil.rmtree(VENV, ignore_errors=True)
        run(name, [sys.executable, "-m", "venv", VENV], "making .venv failed")
    pip = [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    run(name, [*pip, "--require-hashes", "--no-deps", "-r", lock], f"installing {lock} failed; pip says why above")
    for done in [lock, *CONTAINS.get(lock, [])]:
        shutil.copyfile(done, VENV / f"{done}.installed")


def run(name, command, complaint):
    if subprocess.run(command, stdout=sys.stderr).returncode != 0:
        sys.exit(f"{name}: {complaint}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
