"""What writing costs: one message after the other, many at once, and a long conversation gone for good."""

import threading
import time
from itertools import count, cycle
from urllib.parse import urlencode

from django.db import connection as django_connection

from conversations.models import Conversation
from tests.bench.cast import CSRF, path_of, sign_in
from tests.bench.client import Client
from tests.bench.floors import append as floor_append
from tests.bench.timing import Timing, at_least, at_most, interleaved

CLIENTS = 16


def in_sql(connection, cast, words, rounds):
    conversations = cycle(Conversation.objects.in_bulk(cast.short).values())
    text = words.text("user")
    found = interleaved(
        rounds,
        ours=lambda: next(conversations).append("user", text),
        floor=lambda: floor_append.insert(connection, text),
    )
    return [at_most("append in SQL", found["ours"], found["floor"], 1.6, quiet=True)]


def through_http(web, floor, cast, words, rounds):
    text = words.text("user")
    short, long = cycle([Writer(web, pk) for pk in cast.short]), Writer(web, cast.nearly_full)
    raw = floor.request("POST", "/append", urlencode({"text": text}).encode())
    found = interleaved(
        rounds,
        short=lambda: next(short).write(text),
        floor=lambda: floor.send(raw),
        long=lambda: long.write(text),
    )
    return [
        at_most("append through HTTP: the form, with a session", found["short"], found["floor"]),
        at_most("append to one of 9,000 / of 10 messages", found["long"], found["short"], 1.2),
    ]


class Writer:
    """Answers the last message of a conversation, again and again, as the page's form would."""

    def __init__(self, web, pk):
        self.web, self.path = web, f"{path_of(pk)}messages/"
        self.tip = Conversation.objects.get(pk=pk).tip_position

    def write(self, text):
        self.web.post(self.path, {"csrfmiddlewaretoken": CSRF, "tip": self.tip, "text": text})
        self.tip += 1


def by_many(machine, cast, words, duration):
    """Messages per second of 16 clients at once, each in a conversation of its own."""
    text = words.text("user")
    fields = urlencode({"text": text}).encode()
    writers = [Writer(sign_in(cast.reader, machine.port), pk) for pk in cast.short[:CLIENTS]]
    raw = [Client(machine.floor_port) for _ in range(CLIENTS)]
    ours = [lambda writer=writer: writer.write(text) for writer in writers]
    floors = [lambda client=client: client.send(client.request("POST", "/append", fields)) for client in raw]
    rates = {"ours": 0.0, "floor": 0.0}
    for _ in range(2):
        rates["ours"] += rate(ours, duration) / 2
        rates["floor"] += rate(floors, duration) / 2
    return [at_least(f"appends by {CLIENTS} clients at once, by the form", rates["ours"], rates["floor"])]


def rate(actions, duration):
    end, done = time.perf_counter() + duration, count()

    def work(action):
        while time.perf_counter() < end:
            action()
            next(done)

    threads = [threading.Thread(target=work, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return next(done) / duration


def deletion(web, connection, doomed):
    """`doomed`: ids of conversations of 10,000 messages, an even number of them; half for us, half for the floor."""
    taken = {"ours": [], "floor": []}
    # A table as the real one, except that no other points to it: the rows alone, and their indexes.
    connection.execute("DROP TABLE IF EXISTS bench_delete")
    connection.execute("CREATE TABLE bench_delete (LIKE conversations_message INCLUDING ALL)")
    connection.execute(
        "INSERT INTO bench_delete SELECT * FROM conversations_message WHERE conversation_id = ANY(%s)", [doomed[1::2]]
    )
    for ours, floor in zip(doomed[::2], doomed[1::2], strict=True):
        began = time.perf_counter()
        web.post(f"{path_of(ours)}delete/", {"csrfmiddlewaretoken": CSRF})
        middle = time.perf_counter()
        connection.execute("DELETE FROM bench_delete WHERE conversation_id = %s", [floor])
        taken["ours"].append(1000 * (middle - began))
        taken["floor"].append(1000 * (time.perf_counter() - middle))
    ours, floor = (Timing(sorted(samples)) for samples in taken.values())
    with django_connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM conversations_message WHERE conversation_id = ANY(%s)", [doomed[::2]])
        left = cursor.fetchone()[0]
    if left:
        raise RuntimeError(f"{left} messages were not deleted")
    return [at_most("delete a conversation of 10,000 messages", ours, floor, 3)]
