"""Pages that are kept in front of Django: as they were sent, and only for as long as they are true."""

import gzip
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import psycopg
import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.utils import timezone

from conversations.models import Conversation
from sharing import counting, kept, lease, pages
from sharing.models import ShareLink

pytestmark = pytest.mark.django_db(transaction=True)


class Server:
    """The whole application, and how often it had to make a page."""

    def __init__(self, monkeypatch):
        self.made, html = 0, pages.html

        def counted(*args):
            self.made += 1
            return html(*args)

        monkeypatch.setattr(pages, "html", counted)
        self.application = kept.kept(get_wsgi_application())

    def __call__(self, path, method="GET", **environ):
        path, _, query = path.partition("?")
        told = {}
        environ = {
            "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "localhost",
            "SERVER_PORT": "80", "HTTP_HOST": "localhost", "wsgi.url_scheme": "http", "wsgi.input": BytesIO(),
            "wsgi.errors": BytesIO(), "REMOTE_ADDR": "127.0.0.1", "SCRIPT_NAME": "", **environ,
        }  # fmt: skip
        response = self.application(
            environ, lambda status, headers, *_: told.update(status=status, headers=dict(headers))
        )
        body = b"".join(response)
        if close := getattr(response, "close", None):
            close()
        return int(told["status"][:3]), told["headers"], body


@pytest.fixture
def server(monkeypatch):
    return Server(monkeypatch)


@pytest.fixture(autouse=True)
def _no_connection_is_left():
    yield
    kept.forget_connection()


def test_a_page_is_made_once_and_comes_again_byte_for_byte(server, conversation, share):
    link = share(conversation)
    first = server(link.path)

    assert server(link.path) == first
    assert (first[0], server.made) == (200, 1)
    assert b"Dobsonian" in first[2]
    assert "Set-Cookie" not in first[1]
    assert first[1]["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert int(first[1]["Content-Length"]) == len(first[2])
    assert ShareLink.objects.get().view_count == 2
    assert ShareLink.objects.get().daily_views.get().count == 2


def test_each_kind_of_browser_gets_what_it_takes(server, conversation, share):
    conversation.append("assistant", "word " * 100)
    link = share(conversation)
    plain = server(link.path)[2]
    for _ in range(2):
        _, headers, body = server(link.path, HTTP_ACCEPT_ENCODING="gzip, br")
        assert (headers["Content-Encoding"], gzip.decompress(body)) == ("gzip", plain)
        assert server(link.path, HTTP_ACCEPT="application/json")[1]["Content-Type"] == "application/json"
        assert server(link.path)[2] == plain
        assert server(link.path, "HEAD")[2] == b""
        assert server(link.path, HTTP_HOST="evil.example")[0] == 400
        assert server(link.path, HTTP_TRANSFER_ENCODING="chunked")[0] == 411
    assert server.made == 2


def edited(conversation, link, alice):
    conversation.messages.get(position=1).edit("Which binoculars?", by=alice)


TAKEN_BACK = [
    (lambda c, link, alice: link.revoke(), 410, b"no longer works"),
    (lambda c, link, alice: c.delete(), 410, b"no longer works"),
    (lambda c, link, alice: c.messages.get(position=2).remove(), 200, b"1 message"),
    (lambda c, link, alice: link.change(title="Optics"), 200, b"<title>Optics"),
    (lambda c, link, alice: link.change(password="moon"), 403, b"A password is needed"),
]


@pytest.mark.parametrize(("change", "status", "words"), TAKEN_BACK)
def test_what_is_taken_back_is_shown_to_nobody_from_then_on(
    server, conversation, share, alice, monkeypatch, change, status, words
):
    link = share(conversation, is_live=True)
    monkeypatch.setattr(lease, "LEASE", 0.2)  # however long it is
    assert server(link.path)[0] == server(link.path)[0] == 200

    change(conversation, link, alice)

    answer = server(link.path)
    assert (answer[0], words in answer[2]) == (status, True)


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        *TAKEN_BACK,
        (lambda c, link, alice: ShareLink.objects.update(expires_at=timezone.now()), 410, b"expired"),
        (lambda c, link, alice: edited(c, link, alice), 200, b"Which binoculars?"),
        (lambda c, link, alice: c.append("user", "And for planets?"), 200, b"And for planets?"),
        (lambda c, link, alice: c.activate(c.branches.get(name="other")), 200, b"1 message<"),
        (lambda c, link, alice: type(alice).objects.update(name="Alicia"), 200, b"Alicia"),
    ],
)
def test_whatever_changes_acts_in_a_moment(server, conversation, share, alice, change, status, words):
    conversation.create_branch("other", position=1)
    link = share(conversation, is_live=True, include_names=True)
    assert server(link.path)[0] == 200
    assert words not in server(link.path)[2]

    change(conversation, link, alice)
    time.sleep(lease.LEASE)

    for _ in range(2):
        answer = server(link.path)
        assert (answer[0], words in answer[2]) == (status, True)


def test_what_has_a_password_is_never_kept(server, conversation, share):
    link = share(conversation, password="moon")
    cookie = f"share={link.unlocking()}"

    for _ in range(2):
        assert b"Dobsonian" in server(link.path, HTTP_COOKIE=cookie)[2]
        assert server(link.path)[0] == 403
    assert server.made == 2


def test_parts_are_kept_too_and_are_no_views(server, conversation, share, monkeypatch):
    monkeypatch.setattr(pages, "WINDOW", 1)
    link = share(conversation)
    for _ in range(2):
        assert b"Dobsonian" in server(f"{link.path}?after=1")[2]
        assert server(f"{link.path}?after=x")[0] == 404
        assert server(f"{link.path}?after=999999999")[0] == 302

    assert server.made == 1
    assert ShareLink.objects.get().view_count == 0


def test_what_is_hung_on_to_an_address_makes_no_other_page(server, conversation, share):
    link = share(conversation)
    first = server(link.path)

    for query in ("utm_source=mail", "fbclid=1&utm_source=%ff", "x=" + "1" * 2_000, "\xff"):
        assert server(f"{link.path}?{query}") == first
    assert server(f"{link.path}?" + "x&" * 2_000)[0] == 400
    assert server.made == 1
    assert ShareLink.objects.get().view_count == 5


def test_there_is_no_more_of_them_than_there_is_room_for(server, conversation, share, monkeypatch):
    links = [share(conversation) for _ in range(3)]
    monkeypatch.setattr(kept, "ROOM", 2 * len(server(links[0].path)[2]) + 100)
    for link in links:
        server(link.path)
    assert server.made == 3
    server(links[2].path)
    assert server.made == 3
    server(links[0].path)
    assert server.made == 4


def test_a_crowd_asks_once_in_a_moment(conversation, share, monkeypatch):
    link, asked = share(conversation), []
    monkeypatch.setattr(lease, "LEASE", 3_600)
    ask = kept._ask
    monkeypatch.setattr(kept, "_ask", lambda digest: asked.append(digest) or ask(digest))

    with ThreadPoolExecutor(5) as readers:
        states = list(readers.map(kept.state_of, [bytes(link.digest)] * 50))

    assert (len(set(states)), len(asked)) == (1, 1)
    assert states[0] is not None


def test_who_waited_for_a_question_that_failed_does_not_ask_it_again(monkeypatch):
    asked, now = [], time.monotonic()
    monkeypatch.setattr(kept, "_ask", asked.append)
    monkeypatch.setattr(kept, "_failed_at", now)

    with pytest.raises(psycopg.OperationalError):
        kept._ask_anew(b"x", now - 1)
    assert asked == []
    kept._ask_anew(b"x", now + 1)
    assert asked == [b"x"]


def test_a_connection_that_was_lost_is_made_anew(server, conversation, share):
    link = share(conversation)
    server(link.path)

    with connection.cursor() as cursor:  # as when the database was started anew
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [kept._connection.info.backend_pid])
    time.sleep(lease.LEASE)

    assert server(link.path)[0] == 200  # asked by Django
    assert server.made == 2
    assert server(link.path)[0] == 200  # by a new connection
    assert server.made == 2


def test_a_crowd_is_counted_in_one_statement(conversation, share, monkeypatch, django_assert_num_queries):
    links = [share(conversation) for _ in range(2)]
    monkeypatch.setattr(counting, "PAUSE", 3_600)
    monkeypatch.setattr(counting, "_last", -3_600)

    with django_assert_num_queries(1):  # the first of them
        for _ in range(50):
            for link in links:
                counting.view(link.pk)
    assert sum(ShareLink.objects.values_list("view_count", flat=True)) == 1
    with django_assert_num_queries(1):
        counting.write()
    assert list(ShareLink.objects.values_list("view_count", flat=True)) == [50, 50]
    assert [day.count for link in links for day in link.daily_views.all()] == [50, 50]
    counting._waiting.cancel()
    counting._waiting = None


def test_what_is_not_written_by_a_reader_is_written_behind_them(conversation, share, monkeypatch):
    link = share(conversation)
    monkeypatch.setattr(counting, "PAUSE", 3_600)
    monkeypatch.setattr(counting, "_last", -3_600)
    for _ in range(3):
        counting.view(link.pk)
    assert ShareLink.objects.get().view_count == 1

    timer = counting._waiting
    assert timer.is_alive()
    assert timer.interval == pytest.approx(3_600, abs=60)
    timer.cancel()
    with ThreadPoolExecutor(1) as behind:
        behind.submit(timer.function).result()  # as if the hour was over

    assert ShareLink.objects.get().view_count == 3
    assert counting._waiting is None


def test_a_reader_is_counted_though_the_connection_broke_meanwhile(server, conversation, share, monkeypatch):
    link = share(conversation)
    server(link.path)
    monkeypatch.setattr(counting, "PAUSE", -1)
    params = connection.get_connection_params()
    with psycopg.connect(**params) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])

        assert server(link.path)[0] == 200
        assert server.made == 1
        assert other.execute("SELECT view_count FROM sharing_sharelink").fetchone() == (2,)


def test_a_count_that_cannot_be_written_is_kept(conversation, share, monkeypatch):
    link = share(conversation)
    monkeypatch.setattr(counting, "_WRITE", "SELECT 1 / 0, %s, %s")
    counting.view(link.pk)
    monkeypatch.undo()
    monkeypatch.setattr(counting, "PAUSE", -1)
    counting.view(link.pk)

    assert ShareLink.objects.get().view_count == 2


def test_a_link_that_was_erased_meanwhile_is_not_counted(conversation, share):
    gone, link = share(conversation), share(conversation)
    monkey = dict.fromkeys([gone.pk, link.pk], 1)
    gone.delete()
    counting._seen.update(monkey)
    counting.write()

    assert ShareLink.objects.get().view_count == 1
    assert not Conversation.objects.filter(pk=gone.pk).exists()
