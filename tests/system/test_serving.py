"""The server and its database as processes: frozen, killed, asked oddly. Answers come in time, and nothing is lost."""

import http.client
import re
import socket
import threading
import time
from contextlib import contextmanager, suppress
from urllib.parse import urlencode

import psutil
import psycopg
import pytest

from conversations.demo import EMAIL
from lib import postgres
from tests.system.test_start import Run, kill
from tests.waiting import wait_until

CROWD = 20  # more than the web server has threads, so that some wait for their turn
IN_TIME = 20  # seconds, on top of what the machine took when all was well. Three do, unless it stands still meanwhile


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    run = Run(tmp_path_factory.mktemp("serving") / "data").until_it_serves()
    yield run
    run.press_ctrl_c()


@pytest.fixture
def browsers(run):
    first = Browser(run.port)
    first.sign_in(EMAIL, (run.data_dir / "demo_password").read_text())
    return [first, *(Browser(run.port, dict(first.cookies)) for _ in range(CROWD - 1))]


@pytest.fixture
def crowd(browsers):
    _, headers, _ = browsers[0].ask("/conversations/new/", {"title": "Outage", "text": "All is well."})
    crowd = Crowd(browsers, headers["Location"])
    with crowd:
        wait_until(lambda: crowd.everybody_has(lambda answer: answer.well, times=2))
        crowd.usual = crowd.slowest()
        yield crowd


def test_a_body_in_chunks_is_asked_for_its_length(run):
    head = "POST /account/login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    heard = talk(run, head.encode() + b"5\r\nlogin\r\n0\r\n\r\n")

    assert heard.startswith(b"HTTP/1.1 411 ")
    assert b"How much is still to come?" in heard


def test_who_sends_a_body_nobody_wants_still_hears_the_answer(run):
    """An answer before the end of what is being sent would break the connection, and the browser would show that."""
    head = "POST /nothing/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 20000000\r\n\r\n"
    heard = talk(run, head.encode() + b"x" * 20_000_000)

    assert heard.startswith(b"HTTP/1.1 404 ")
    assert b"There is nothing here" in heard


def talk(run, asked):
    """Everything that comes back."""
    with socket.create_connection(("127.0.0.1", run.port), timeout=30) as wire:
        wire.sendall(asked)
        heard = b""
        while piece := wire.recv(65_536):
            heard += piece
        return heard


def test_a_frozen_database_holds_nobody_up_and_loses_nothing(run, crowd):
    web = web_servers(run)
    begun = time.monotonic()
    with frozen(database(run)):
        wait_until(lambda: crowd.everybody_has(lambda answer: answer.status == 503, since=begun))

    assert_all_is_well_again(run, crowd, web, since=time.monotonic())
    assert crowd.slowest() < IN_TIME + crowd.usual


def test_a_killed_database_is_503_until_it_is_back(run, crowd):
    web = web_servers(run)
    kill([*database(run)])
    wait_until(lambda: any(answer.status == 503 for answer in crowd.answers))

    assert_all_is_well_again(run, crowd, web, since=time.monotonic())
    assert crowd.slowest() < IN_TIME + crowd.usual


def test_a_database_that_died_while_nobody_asked_costs_nobody_a_refusal(run, browsers):
    ask_at_once(browsers)  # so that many threads have connections, which then break
    kill([*database(run)])
    wait_until(lambda: accepts_connections(run))

    statuses = [browsers[0].ask("/conversations/")[0] for _ in range(30)]

    assert set(statuses) == {200}


def assert_all_is_well_again(run, crowd, web, since):
    wait_until(lambda: crowd.everybody_has(lambda answer: answer.well, since=since, times=2))
    crowd.leave()
    assert {answer.status for answer in crowd.answers} <= {200, 303, 503}
    assert all(answer.retry_after == "5" for answer in crowd.answers if answer.status == 503)
    assert crowd.acknowledged <= crowd.found()
    assert web_servers(run) == web


def ask_at_once(browsers):
    threads = [threading.Thread(target=browser.ask, args=["/conversations/"]) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def database(run):
    """Its postmaster, and then what that has started; none while it is being started."""
    for postmaster in psutil.Process(run.popen.pid).children():
        if postmaster.name() == "postgres":
            yield postmaster
            yield from postmaster.children(recursive=True)


@contextmanager
def frozen(processes):
    """The first of them is, before the others are looked for: it starts no more."""
    stopped = []
    for process in processes:
        with suppress(psutil.NoSuchProcess):  # PostgreSQL's come and go
            process.suspend()
            stopped.append(process)
    try:
        yield
    finally:
        for process in stopped:
            process.resume()


def accepts_connections(run):
    """Asked past the web server, which is not to notice."""
    try:
        psycopg.connect(
            host=str(postgres.socket_dir(run.data_dir)), user=postgres.USER, dbname=postgres.DATABASE
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def web_servers(run):
    [granian] = [child for child in psutil.Process(run.popen.pid).children() if "config.web" in child.cmdline()]
    return granian.children()


class Answer:
    def __init__(self, begun, status, retry_after=None):
        self.begun, self.status, self.retry_after = begun, status, retry_after
        self.took = time.monotonic() - begun

    @property
    def well(self):
        return self.status in {200, 303}


class Browser:
    """One kept connection, and its cookies."""

    def __init__(self, port, cookies=None):
        self.cookies = cookies or {}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def sign_in(self, email, password):
        self.ask("/account/login/")
        assert self.ask("/account/login/", {"login": email, "password": password})[0] == 302

    def ask(self, path, fields=None):
        """(status, headers, text)"""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if fields is None:
            self.connection.request("GET", path, headers=headers)
        else:
            headers |= {"X-CSRFToken": self.cookies["csrf"], "Content-Type": "application/x-www-form-urlencoded"}
            self.connection.request("POST", path, urlencode(fields), headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        for cookie in response.headers.get_all("Set-Cookie", []):
            self.cookies |= [re.match(r"(\w+)=([^;]*)", cookie).groups()]
        return response.status, response.headers, text


class Crowd:
    """People who write and read in turn, all at once, until they leave; and what they were answered."""

    def __init__(self, browsers, conversation):
        self.browsers, self.conversation = browsers, conversation
        self.heard = [[] for _ in browsers]
        self.acknowledged = set()
        self.leaving = threading.Event()
        self.threads = [threading.Thread(target=self._visit, args=[number]) for number in range(len(browsers))]

    def __enter__(self):
        for thread in self.threads:
            thread.start()

    def __exit__(self, *_):
        self.leave()

    def leave(self):
        self.leaving.set()
        for thread in self.threads:
            thread.join()

    def _visit(self, number):
        turn = 0
        while not self.leaving.is_set():
            begun, turn = time.monotonic(), turn + 1
            try:
                if turn % 2:
                    status, headers, _ = self._write(number, f"word-{number}-{turn}")
                else:
                    status, headers, _ = self.browsers[number].ask("/conversations/")
                self.heard[number].append(Answer(begun, status, headers["Retry-After"]))
            except (OSError, http.client.HTTPException) as error:
                self.heard[number].append(Answer(begun, repr(error)))
            self.leaving.wait(0.1)

    def _write(self, number, word):
        status, *rest = self.browsers[number].ask(f"{self.conversation}messages/", {"text": word})
        if status == 303:
            self.acknowledged.add(word)
        return status, *rest

    @property
    def answers(self):
        return [answer for heard in self.heard for answer in list(heard)]

    def everybody_has(self, wanted, since=0.0, times=1):
        return all(sum(wanted(a) for a in list(heard) if a.begun >= since) >= times for heard in self.heard)

    def slowest(self):
        return max(answer.took for answer in self.answers)

    def found(self):
        _, _, page = self.browsers[0].ask(f"{self.conversation}?all")
        return set(re.findall(r"word-\d+-\d+", page))
