"""Keeps services running: starts them in order, starts again what dies, stops them in the opposite order."""

import contextlib
import os
import select
import signal
import subprocess
import time

from config.preflight import say
from lib import process


class Stop(BaseException):
    """Somebody pressed Ctrl-C or asked for the end in another way. No `except Exception` may swallow it."""


class Service:
    """Something that runs as a process, `popen`. Subclasses say how it starts and how it stops."""

    name = ""
    popen = None
    started = next_try = 0.0
    failures = 0

    def start(self):
        raise NotImplementedError

    def stop(self):
        raise NotImplementedError

    def revive(self):
        """Start it again when it has died; wait longer each time it dies young, so that a crash loop stays readable."""
        if self.popen and process.has_ended(self.popen):
            code = process.end(self.popen, signal.SIGTERM, 0)  # its children must not keep the port
            self.popen = None
            if time.monotonic() - self.started > 60:
                self.failures = 0
            say(f"{self.name} ended ({_how(code)}); starting it again in {self._postpone()} s")
        if not self.popen and time.monotonic() >= self.next_try:
            self.started = time.monotonic()
            try:
                self.start()
            except Exception as error:
                say(f"{self.name} does not start; trying again in {self._postpone()} s: {error}")

    def _postpone(self):
        delay = min(30, 2**self.failures)
        self.failures += 1
        self.next_try = time.monotonic() + delay
        return delay


class Program(Service):
    """A command of ours. It has `patience` seconds to finish what it is doing after SIGTERM.

    `insist` repeats the SIGTERM to all its processes.
    """

    def __init__(self, name, command, patience, insist=False, **options):
        self.name, self.command, self.patience, self.insist, self.options = name, command, patience, insist, options

    def start(self):
        with process.held():
            self.popen = process.spawn(self.command, stdin=subprocess.DEVNULL, **self.options)

    def stop(self):
        if self.popen:
            process.end(self.popen, signal.SIGTERM, self.patience, insist=self.insist)
            self.popen = None


class Supervisor:
    """The services that run now. Use as a context manager: leaving it stops everything, last started first."""

    def __init__(self):
        self.services = []
        self._wake, self._waker = os.pipe()

    def __enter__(self):
        for end in (self._wake, self._waker):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake us up
        for signum in process.STOP_SIGNALS:
            if signal.getsignal(signum) != signal.SIG_IGN or signum != signal.SIGHUP:  # nohup wants SIGHUP ignored
                signal.signal(signum, _stop)
        return self

    def __exit__(self, *_):
        # A second Ctrl-C must not cut the database's shutdown short; every stop has a time limit of its own.
        for signum in process.STOP_SIGNALS:
            signal.signal(signum, signal.SIG_IGN)
        for service in reversed(self.services):
            service.stop()

    def start(self, service):
        self.services.append(service)
        service.started = time.monotonic()
        service.start()

    def run(self, program):
        """Run a program that comes to an end by itself; returns its exit code and what it printed."""
        self.start(program)
        output, _ = program.popen.communicate()
        self.services.remove(program)
        return program.popen.returncode, output

    def keep_running(self):
        """Until Stop is raised."""
        while True:
            self.pause()
            for service in self.services:
                service.revive()

    def pause(self, seconds=1):
        """Until something happens to a child, but not longer."""
        select.select([self._wake], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake, 4096)


def _stop(signum, frame):
    raise Stop


def _how(code):
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
