"""Years of somebody's conversations, made up: as many messages as one likes, always the same ones.

Words are drawn as in any language, few of them often and most of them seldom; on top, words of known frequency are
sown, so that every class of search has its question. The mean message has about 0.65 kB.
"""

import random
from datetime import UTC, datetime, timedelta
from itertools import accumulate, product

from conversations import limits
from conversations.importing import copying
from conversations.models import Branch
from lib.text import first_line
from lib.typeid import new_id

# word or words → in what share of all messages
SOWN = {
    ("quokka",): 1 / 5_000,
    ("astrolabe",): 0.01,
    ("ferrocyanide",): 0.01,
    ("harbour",): 0.15,
    ("lantern",): 0.15,
    ("harbour", "lantern"): 1 / 2_500,
}
QUESTIONS = {
    "absent": "zyzzyva",
    "rare": "quokka",
    "1 %": "astrolabe",
    "15 %": "harbour",
    "ubiquitous": "the",
    "common AND mid": "harbour astrolabe",
    "mid AND mid": "astrolabe ferrocyanide",
    "common AND common": "harbour lantern",
    "prefix": "ferro*",
    "phrase, rare": '"harbour lantern"',
    "phrase, frequent": '"the lantern"',
}
FREQUENT = "the of and to a in is it you that for on with as this be are or can we not by from at if use when will your"
CODE = "\n\n```python\ndef total(rows):\n    return sum(row.price * row.count for row in rows if not row.void)\n```\n\n"
SPAN = timedelta(days=3 * 365)
CHUNK = 5_000


class Words:
    """The source of all texts."""

    def __init__(self, seed=1):
        self.random = random.Random(seed)
        syllables = ["".join(pair) for pair in product("bdgklmnprstv", ["a", "e", "i", "o", "u", "an", "er"])]
        lengths = self.random.choices((2, 3, 3, 4), k=30_000)
        rest = sorted({"".join(self.random.choices(syllables, k=length)) for length in lengths})
        self.random.shuffle(rest)
        vocabulary = FREQUENT.split() + rest
        weights = list(accumulate(1 / rank for rank in range(1, len(vocabulary) + 1)))
        self.stream = self.random.choices(vocabulary, cum_weights=weights, k=1_000_000)
        for end in range(12, len(self.stream), 13):
            self.stream[end] += ".\n\n" if end % 5 == 0 else "."

    def text(self, role):
        count = min(2_000, 2 + int(self.random.lognormvariate(4.0, 1.05)))
        start = self.random.randrange(len(self.stream) - count)
        words = self.stream[start : start + count]
        for sown, share in SOWN.items():
            if self.random.random() < share:
                at = self.random.randrange(len(words) + 1)
                words[at:at] = sown
        if role == "assistant" and self.random.random() < 0.1:
            words.insert(len(words) // 2, CODE)
        return " ".join(words)

    def title(self):
        start = self.random.randrange(len(self.stream) - 8)
        return " ".join(self.stream[start : start + self.random.randint(3, 7)]).replace(".", "").capitalize()


class Corpus:
    """Conversations of one owner into the tables, by the importer's own COPY."""

    def __init__(self, connection, owner, words):
        self.connection, self.owner, self.words = connection, owner, words
        self.rows, self.waiting = copying.Rows(), 0

    def fill(self, messages, conversations):
        """So many of each, over three years up to now; one in ten was answered twice somewhere."""
        mean, now, left = messages / conversations, datetime.now(UTC), messages
        for number in range(conversations, 0, -1):
            count = left if number == 1 else max(2, min(5_000, round(self.words.random.expovariate(1 / mean))))
            count = max(2, min(count, left - 2 * (number - 1)))
            left -= count
            twice = {4} if count > 5 and number % 10 == 0 else ()
            self.add(count, now - SPAN * (number / conversations), twice)
        self.flush()

    def add(self, count, started, twice=()):
        """One conversation; the positions in `twice` are answers that were asked for again. Returns its id."""
        pk, workspace, owner = new_id(), self.owner.workspace_id, self.owner.pk
        parent, said_last, path = None, "", 0
        for position in range(1, count + 1):
            role = "assistant" if path % 2 else "user"
            said_last = self.words.text(role)
            at = started + timedelta(seconds=40 * position)
            self.rows.messages.append((
                new_id(), pk, workspace, owner, at, None, None, position, parent, 1, False, True, role, "message",
                "completed", "gpt-4o" if role == "assistant" else "", "", "", f"{pk}-{position}", said_last, None, None,
            ))  # fmt: skip
            if position not in twice:
                parent, path = position, path + 1
        main = new_id()
        tips = [(main, Branch.MAIN, parent), *((new_id(), f"branch-{n}", tip) for n, tip in enumerate(twice, 2))]
        for branch, name, tip in tips:
            self.rows.branches.append((branch, pk, name, "", tip, "", None, started, at))
        self.rows.conversations.append((
            pk, workspace, owner, self.words.title(), "", copying.json({}), "", "gpt-4o", "chatgpt", str(pk), None,
            main, parent, count + 1, 0, count, path, path, len(tips), 0, first_line(said_last, limits.PREVIEW), None,
            started, at, at,
        ))  # fmt: skip
        self.waiting += count
        if self.waiting >= CHUNK:
            self.flush()
        return pk

    def flush(self):
        with self.connection.transaction(), self.connection.cursor() as cursor:
            self.rows.copy(cursor)
        self.rows, self.waiting = copying.Rows(), 0


class SearchIndexes:
    """Taken away while the corpus is loaded and built afterwards: three times as fast, and the same in the end."""

    NAMES = ("message_search", "title_search")

    def __init__(self, connection):
        self.connection = connection

    def __enter__(self):
        found = self.connection.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(%s)", [list(self.NAMES)]
        ).fetchall()
        self.definitions = [definition for _, definition in found]
        for name, _ in found:
            self.connection.execute(f"DROP INDEX {name}")

    def __exit__(self, kind, *_):
        if kind is None:
            for definition in self.definitions:
                self.connection.execute(definition)
