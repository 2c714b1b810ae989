"""What the page behind a link costs a crowd of strangers: two hundred, who all ask again as soon as they have it."""

import os
import selectors
import time
from pathlib import Path

from conversations.models import Conversation
from sharing.models import ShareLink
from tests.bench.client import Client
from tests.bench.timing import at_least, at_most, interleaved

READERS = 200
LENGTH = 10  # messages


def pages(machine, cast, duration):
    conversation = Conversation.objects.get(pk=cast.thread[LENGTH])
    link = ShareLink.objects.share(conversation)
    web, floor = Client(machine.port), Client(machine.floor_port)
    body = web.get(link.path)
    Path(os.environ["DATA_DIR"], "shared.html").write_bytes(body)  # before the floor is asked for the first time
    ours, raw = web.request("GET", link.path), floor.request("GET", "/shared")
    if floor.send(raw) != body:
        raise AssertionError("the floor serves other bytes")
    alone = interleaved(200, ours=lambda: web.send(ours), floor=lambda: floor.send(raw))
    time.sleep(1.5)  # what was counted last is written within a second
    before = _counted(link)
    rates, read = {"ours": 0.0, "floor": 0.0}, 0
    for _ in range(3):
        done = crowd(machine.port, ours, len(body), duration)
        read += done
        rates["ours"] += done / duration / 3
        rates["floor"] += crowd(machine.floor_port, raw, len(body), duration) / duration / 3
    time.sleep(1.5)
    # Requests on their way when the crowd leaves are counted and not heard.
    if not read <= _counted(link) - before <= read + 3 * READERS:
        raise AssertionError(f"{read} readers, {_counted(link) - before} views")
    return [
        at_most(f"a shared page of {LENGTH} messages, one reader", alone["ours"], alone["floor"]),
        at_least(f"the same, {READERS} readers at once", rates["ours"], rates["floor"], 0.5),
    ]


def _counted(link):
    return ShareLink.objects.values_list("view_count", flat=True).get(pk=link.pk)


def crowd(port, request, size, duration):
    """How many pages so many readers get in so many seconds. One thread and one loop: two hundred threads of Python
    would measure themselves."""
    readers = [Client(port) for _ in range(READERS)]
    selector = selectors.EpollSelector()
    missing, done = {}, 0
    for reader in readers:
        reader.socket.setblocking(False)
        selector.register(reader.socket, selectors.EVENT_READ)
        reader.socket.send(request)
        missing[reader.socket] = None
    end = time.perf_counter() + duration
    while time.perf_counter() < end:
        for key, _ in selector.select(1):
            piece = key.fileobj.recv(1 << 18)
            left = missing[key.fileobj]
            if left is None:  # a head, which comes in one piece
                head, _, rest = piece.partition(b"\r\n\r\n")
                if not head.startswith(b"HTTP/1.1 200"):
                    raise AssertionError(piece[:200])
                left = size - len(rest)
            else:
                left -= len(piece)
            if left:
                missing[key.fileobj] = left
            else:
                missing[key.fileobj] = None
                done += 1
                key.fileobj.send(request)
    for reader in readers:
        reader.socket.close()
    return done
