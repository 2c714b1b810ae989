"""What reading costs: the history, threads of every length, search. Through HTTP, signed in."""

from statistics import median
from urllib.parse import urlencode

from conversations import history, reading
from conversations.models import Conversation, Message
from lib.typeid import encode
from tests.bench.cast import path_of
from tests.bench.client import Unexpected
from tests.bench.corpus import QUESTIONS
from tests.bench.timing import WARMING, Row, at_most, interleaved

PAGE = """
SELECT id, position, role, created_at, text FROM conversations_message
WHERE conversation_id = %s AND position > %s ORDER BY position LIMIT 50
"""


def history_pages(web, floor, cast, rounds):
    pages = Conversation.objects.filter(owner=cast.reader).newest_first()
    deep = min(9_900, pages.count() - history.PAGE - 1)
    last = pages[deep - 1]
    cursor = history.write_cursor(last.last_message_at, last.pk)
    owner = {"owner": cast.reader.pk}
    after = {"at": last.last_message_at.isoformat(), "id": last.pk}
    path = Conversation(pk=last.pk).get_absolute_url().rpartition("conv_")[0]
    requests = {
        "first": web.request("GET", path),
        "deep": web.request("GET", f"{path}?after={cursor}"),
    }
    floors = {
        "first": floor.request("GET", f"/history?{urlencode(owner)}"),
        "deep": floor.request("GET", f"/history?{urlencode(owner | after)}"),
    }
    expect(web.send(requests["deep"]), b'class="row"', history.PAGE)
    found = interleaved(
        rounds,
        first=lambda: web.send(requests["first"]),
        first_floor=lambda: floor.send(floors["first"]),
        deep=lambda: web.send(requests["deep"]),
        deep_floor=lambda: floor.send(floors["deep"]),
    )
    return [
        at_most("history, first page", found["first"], found["first_floor"], 7),
        at_most(f"history, page after the {deep:,}th", found["deep"], found["deep_floor"], 7),
        at_most(f"history, the {deep:,}th / the first page", found["deep"], found["first"], 1.15),
    ]


def threads(web, floor, cast, rounds):
    cases = {}
    for length, pk in cast.thread.items():
        conversation = Conversation.objects.get(pk=pk)
        window = reading.latest(conversation)
        cases[f"{length:,}"] = web.request("GET", path_of(pk))
        cases[f"{length:,} floor"] = _window(floor, pk, window)
    middle = conversation.messages.get(position=conversation.tip_position // 2)
    around = reading.around(conversation, middle.position)
    cases["jump"] = web.request("GET", f"{path_of(pk)}?at={encode(Message.PREFIX, middle.pk)}")
    cases["jump floor"] = _window(floor, pk, around)
    expect(web.send(cases["10,000"]), b"<article", reading.WINDOW)
    expect(web.send(cases["jump"]), b"is-found", 1)
    senders = {name: floor if name.endswith("floor") else web for name in cases}
    found = interleaved(rounds, **{name: lambda name=name: senders[name].send(cases[name]) for name in cases})
    rows = [
        at_most(f"thread of {length:,}, last window", found[f"{length:,}"], found[f"{length:,} floor"], 5)
        for length in cast.thread
    ]
    return [
        *rows,
        at_most("thread of 10,000, a message in the middle", found["jump"], found["jump floor"]),
        at_most("thread of 10,000 / of 1,000, last window", found["10,000"], found["1,000"], 1.2),
        _first_reading(web, cast, found["1,000"]),
    ]


def _window(floor, pk, window):
    return floor.request(
        "GET", "/thread?" + urlencode({"conversation": pk, "first": window.positions[0], "last": window.positions[-1]})
    )


def _first_reading(web, cast, again):
    """Markdown is rendered when a window is read for the first time; the floor of that is reading it again."""
    paths = iter(cast.unread)
    found = interleaved(len(cast.unread) - WARMING, opened=lambda: web.get(path_of(next(paths))))
    return at_most("thread, a window nobody has read yet / read again", found["opened"], again)


def search(web, connection, cast, rounds):
    """Every question through HTTP, and once more as the function that the page calls, without page and session."""
    floor, rows, ratios = page_in_sql(connection, cast), [], {}
    for name, text in QUESTIONS.items():
        request = web.request("GET", "/search/?" + urlencode({"q": text}))
        if name != "absent":
            expect(web.send(request), b"<mark>", 1)
        found = interleaved(
            rounds,
            page=lambda request=request: web.send(request),
            function=lambda text=text: Message.objects.search(text, cast.reader),
            floor=floor,
        )
        goal = {"phrase, rare": 2_000, "phrase, frequent": 200}.get(name, 60)
        rows.append(at_most(f"search page, {name}", found["page"], found["floor"], goal))
        rows.append(at_most(f"search function, {name}", found["function"], found["floor"]))
        if not name.startswith("phrase"):
            ratios[name] = rows[-2].ratio, rows[-1].ratio
    pages, functions = (list(column) for column in zip(*ratios.values(), strict=True))
    return [
        *rows,
        Row("search page, median of all but phrases", "", "", median(pages), None, "≤ 25×", median(pages) <= 25),
        Row("search function, median of all but phrases", "", "", median(functions)),
    ]


def page_in_sql(connection, cast):
    """What search stands beside: fifty messages by their keys, far down in the longest conversation."""
    return lambda: connection.execute(PAGE, [cast.thread[10_000], 9_900]).fetchall()


def expect(body, piece, count):
    """What is fast because it shows nothing is not fast."""
    if body.count(piece) < count:
        raise Unexpected(f"{piece!r} stands {body.count(piece)} times in the answer, expected {count}.")
