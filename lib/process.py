"""Child processes that cannot outlive whoever started them."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def spawn(command, *, orphaned=signal.SIGTERM, **options):
    """Start `command` in a process group of its own; it gets the signal `orphaned` when this process dies.

    A group of its own keeps the terminal's Ctrl-C away from it: whoever spawned it decides who stops first.
    Only Linux tells a child that its parent is gone; elsewhere the next start has to find what was left behind.
    """
    parent = os.getpid()

    def in_the_child():
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)  # `held` may have blocked them in the parent
        die_with(parent, orphaned)

    return subprocess.Popen(command, start_new_session=True, preexec_fn=in_the_child, **options)


def die_with(parent, signum):
    """Ask the kernel to send this process `signum` when the process `parent`, which started it, is gone."""
    if _libc:
        _libc.prctl(_PR_SET_PDEATHSIG, signum)
        if os.getppid() != parent:  # it died before we asked
            os.kill(os.getpid(), signum)


def keep_memory(up_to):
    """Keep as many bytes, of what this process has freed, instead of giving them back to the kernel: whoever needs as
    much again and again gets it page by page, empty, each time. Each of a process's threads may keep as much. glibc."""
    if hasattr(_libc, "mallopt"):
        _libc.mallopt(_M_MMAP_THRESHOLD, up_to)
        _libc.mallopt(_M_TRIM_THRESHOLD, up_to)


def end(process, first, patience, then=signal.SIGTERM, insist=False):
    """Stop a spawned process: `first`, after `patience` seconds `then`, five later SIGKILL for its whole group.

    `insist` says `first` to the whole group, twice a second, for programs that may miss it while they start.
    """
    for signum, seconds in ((first, patience), (then, 5)):
        deadline = time.monotonic() + seconds
        told = 0.0
        while not has_ended(process) and time.monotonic() < deadline:
            if not told or (insist and time.monotonic() - told > 0.5):
                (os.killpg if insist else os.kill)(process.pid, signum)
                told = time.monotonic()
            time.sleep(0.02)
    # Not reaped yet, so that its number still belongs to the group and SIGKILL cannot hit a stranger.
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    return process.wait()


def has_ended(process):
    """True when it is over, without reaping it: until it is reaped its process group can be signalled safely."""
    if process.returncode is None:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    return True


@contextlib.contextmanager
def held():
    """Let no stop signal in between starting a process and remembering that it was started."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
