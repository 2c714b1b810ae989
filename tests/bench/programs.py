"""What the API costs a program with a key: lists, reading, appending, searching, and the key itself."""

from itertools import cycle
from urllib.parse import urlencode

import orjson

from accounts.models import ApiKey
from conversations.models import Conversation
from lib.typeid import encode
from tests.bench.client import Client
from tests.bench.corpus import QUESTIONS
from tests.bench.pages import expect, page_in_sql
from tests.bench.timing import at_least, at_most, interleaved
from tests.bench.writing import CLIENTS, rate

V1 = "/v1/conversations"


class Program(Client):
    """A client with a key of `user`."""

    def __init__(self, user, port):
        _, secret = ApiKey.objects.mint(workspace=user.workspace, user=user)
        super().__init__(port, headers={"Authorization": f"Bearer {secret}"})


def reading(program, floor, cast, rounds):
    listing, shortest, longest = program.request("GET", f"{V1}?limit=50"), min(cast.thread), max(cast.thread)
    newest = {  # as many of each
        length: program.request("GET", f"{path_of(pk)}/items?limit={shortest}") for length, pk in cast.thread.items()
    }
    raw = floor.request("GET", f"/listing?{urlencode({'owner': cast.reader.pk})}")
    # A limit that is refused is refused after the key was checked, and before anything else is asked.
    refused, health = program.request("GET", f"{V1}?limit=0"), program.request("GET", "/healthz")
    cases = {
        "list": lambda: program.send(listing),
        "floor": lambda: floor.send(raw),
        "key": lambda: program.send(refused, 400),
        "select": lambda: program.send(health),
    }
    for length, request in newest.items():
        cases[f"items {length}"] = lambda request=request: program.send(request)
    found = interleaved(rounds, **cases)
    return [
        at_most("list of 50 as JSON, with a key", found["list"], found["floor"], 4),
        at_most("the key is checked, against a view that asks SELECT 1", found["key"], found["select"], 2),
        at_most(
            f"newest {shortest} items of {longest:,} / of {shortest:,}",
            found[f"items {longest}"],
            found[f"items {shortest}"],
            1.3,
        ),
    ]


def searching(program, connection, cast, rounds):
    """The page of search, as JSON: a word in 1 % of the messages, and one in nearly all."""
    floor, rows = page_in_sql(connection, cast), []
    for name in ("1 %", "ubiquitous"):
        request = program.request("GET", "/v1/search?" + urlencode({"q": QUESTIONS[name]}))
        expect(program.send(request), b'"search.hit"', 20)
        found = interleaved(rounds, search=lambda request=request: program.send(request), floor=floor)
        rows.append(at_most(f"search through the API, {name}", found["search"], found["floor"], 60))
    return rows


def appending(machine, program, floor, cast, words, rounds):
    text = words.text("user")
    body = orjson.dumps({"role": "user", "content": text})
    short = cycle([program.request("POST", f"{path_of(pk)}/items", body) for pk in cast.short])
    long = program.request("POST", f"{path_of(cast.nearly_full)}/items", body)
    raw = floor.request("POST", "/append", urlencode({"text": text}).encode())
    found = interleaved(
        rounds,
        short=lambda: program.send(next(short), 201),
        floor=lambda: floor.send(raw),
        long=lambda: program.send(long, 201),
    )
    return [
        at_most("append through HTTP, with a key", found["short"], found["floor"], 4),
        at_most("the same to one of 9,000 / of 10 messages", found["long"], found["short"], 1.2),
        by_many(machine, cast, body, urlencode({"text": text}).encode(), turns=12),
    ]


def by_many(machine, cast, body, fields, turns):
    """Messages per second of 16 programs at once, each in a conversation of its own. A turn takes a second."""
    programs = [Program(cast.reader, machine.port) for _ in range(CLIENTS)]
    requests = [p.request("POST", f"{path_of(pk)}/items", body) for p, pk in zip(programs, cast.short, strict=False)]
    raw = [Client(machine.floor_port) for _ in range(CLIENTS)]
    ours = [lambda p=p, request=request: p.send(request, 201) for p, request in zip(programs, requests, strict=True)]
    floors = [lambda client=client: client.send(client.request("POST", "/append", fields)) for client in raw]
    rates = {"ours": 0.0, "floor": 0.0}
    for _ in range(turns):
        rates["ours"] += rate(ours, 1) / turns
        rates["floor"] += rate(floors, 1) / turns
    return at_least(f"appends by {CLIENTS} programs at once", rates["ours"], rates["floor"], 0.3)


def path_of(pk):
    return f"{V1}/{encode(Conversation.PREFIX, pk)}"
