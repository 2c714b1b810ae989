"""What many messages at once cost: import, export, and the room they take."""

import os
import subprocess
import sys
import threading
import time

import orjson
import psutil

from conversations.models import Conversation, Message
from tests.bench.cast import CSRF
from tests.bench.timing import Row, at_least, seconds

COLUMNS = (
    "id, conversation_id, workspace_id, owner_id, created_at, position, parent_position, version, hidden, searchable,"
    " role, type, status, model, name, call_id, source_id, text, parts, metadata"
)
LINES = """
COPY (SELECT row_to_json(m) FROM conversations_message AS m) TO STDOUT (FORMAT csv, QUOTE e'\\x01', DELIMITER e'\\x02')
"""


def imports(machine, connection, owner, words, messages):
    """Ours: an export of ChatGPT through the command. Floors: the same rows, ready, by COPY; all indexes alive."""
    path = machine.data_dir / "export.json"
    ours, into_place, by_words, peak = [], [], [], 0
    for round_number in range(2):
        write_export(path, words, messages, f"r{round_number}")
        command = [sys.executable, "manage.py", "import_conversations", str(path), "--owner", owner.email]
        taken, memory = _run(command, machine.environment)
        ours.append(taken)
        peak = max(peak, memory)
        ready = _ready(connection, owner, f"r{round_number}")
        into_place.append(seconds(lambda ready=ready: _copy(connection, "conversations_message", ready)))
        by_words.append(seconds(lambda ready=ready: _copy_and_fold(connection, ready)))
    path.unlink()
    rate, place_rate, words_rate = (2 * messages / sum(taken) for taken in (ours, into_place, by_words))
    kept, text = connection.execute(
        "SELECT (SELECT sum(octet_length(payload)) FROM conversations_source),"
        " (SELECT sum(octet_length(text)) FROM conversations_message"
        "  JOIN conversations_source USING (conversation_id))",
    ).fetchone()
    sizes = f"{kept / 2**20:.1f} MB", f"{text / 2**20:.1f} MB"
    return [
        at_least("import, against COPY into the same table", rate, place_rate, 0.7),
        at_least("import, against COPY + the words of each message", rate, words_rate, 0.6),
        Row("import, peak memory", f"{peak / 1024:.0f} MB", "", None, None, "< 300 MB", peak < 300 * 1024),
        Row("import, the originals that are kept / text", *sizes, float(kept / text)),
    ]


def write_export(path, words, messages, name, length=50):
    """A conversations.json of about `messages` messages, as ChatGPT writes it."""
    with path.open("wb") as file:
        for number in range(messages // length):
            file.write(b"[" if number == 0 else b",\n")
            file.write(orjson.dumps(_chat(words, f"{name}-{number}", length, 1_700_000_000 + 3_600 * number)))
        file.write(b"]")


def _chat(words, identity, length, started):
    nodes = {f"{identity}-0": {"id": f"{identity}-0", "message": None, "parent": None, "children": [f"{identity}-1"]}}
    for position in range(1, length + 1):
        node, role = f"{identity}-{position}", "user" if position % 2 else "assistant"
        nodes[node] = {
            "id": node,
            "parent": f"{identity}-{position - 1}",
            "children": [f"{identity}-{position + 1}"] if position < length else [],
            "message": {
                "id": node,
                "author": {"role": role, "name": None, "metadata": {}},
                "create_time": started + 40.5 * position,
                "update_time": None,
                "content": {"content_type": "text", "parts": [words.text(role)]},
                "status": "finished_successfully",
                "end_turn": True,
                "weight": 1.0,
                "metadata": {"model_slug": "gpt-4o"} if role == "assistant" else {},
                "recipient": "all",
            },
        }
    return {
        "title": words.title(),
        "create_time": started,
        "update_time": started + 40.5 * length,
        "mapping": nodes,
        "current_node": f"{identity}-{length}",
        "conversation_id": identity,
        "default_model_slug": "gpt-4o",
        "id": identity,
    }


def _run(command, environment):
    """(seconds, peak memory in kB) of a program."""
    began = time.perf_counter()
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{' '.join(command[1:3])} failed")
    return time.perf_counter() - began, usage.ru_maxrss


def _ready(connection, owner, name):
    """What was just imported, as bytes for COPY, under new ids; their conversations are there already."""
    connection.execute("DROP TABLE IF EXISTS bench_pairs")
    connection.execute(
        "CREATE TABLE bench_pairs AS SELECT id AS old, uuidv7() AS new FROM conversations_conversation"
        " WHERE owner_id = %s AND external_id LIKE %s",
        [owner.pk, f"{name}-%"],
    )
    connection.execute(
        "INSERT INTO conversations_conversation (id, workspace_id, owner_id, title, description, metadata, referrer,"
        " model, source, external_id, next_position, revision, message_count, length, turns, branch_count,"
        " attachment_count, preview, created_at, updated_at, last_message_at)"
        " SELECT new, workspace_id, owner_id, title, description, metadata, referrer, model, source, external_id ||"
        " '-floor', next_position, revision, message_count, length, turns, branch_count, attachment_count, preview,"
        " created_at, updated_at, last_message_at FROM conversations_conversation JOIN bench_pairs ON id = old"
    )
    columns = COLUMNS.replace("id, conversation_id", "uuidv7(), new", 1)
    rows = (
        f"SELECT {columns} FROM conversations_message JOIN bench_pairs ON conversation_id = old ORDER BY new, position"
    )
    with connection.cursor() as cursor, cursor.copy(f"COPY ({rows}) TO STDOUT (FORMAT binary)") as copy:
        return b"".join(copy)


def _copy(connection, table, ready):
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({COLUMNS}) FROM STDIN (FORMAT binary)") as copy:
        copy.write(ready)


def _copy_and_fold(connection, ready):
    """One core's work: rows into a table with keys only, and the search vector of each of them once."""
    with connection.transaction(force_rollback=True):
        connection.execute(
            "CREATE TABLE bench_words (LIKE conversations_message INCLUDING DEFAULTS, PRIMARY KEY (id),"
            " UNIQUE (conversation_id, position))"
        )
        _copy(connection, "bench_words", ready)
        connection.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        connection.execute(
            "SELECT sum(length(parley_tsv_2(text, owner_id, conversation_id, created_at))) FROM bench_words"
        )


def export(machine, connection, web):
    """Everything as JSON lines, by the admin's action; the floor reads the messages alone from COPY, and drops them."""
    conversation = Conversation.objects.only("pk").first()
    fields = {
        "csrfmiddlewaretoken": CSRF,
        "action": "export_jsonl",
        "select_across": "1",
        "_selected_action": str(conversation.pk),
        "reason": "bench",
    }
    messages = Message.objects.count()
    ours = floor = 0.0
    with Watched(machine.web.popen.pid) as watched:
        for _ in range(2):
            ours += seconds(lambda: web.download("/admin/conversations/conversation/", fields)) / 2
            floor += seconds(lambda: _read_lines(connection)) / 2
    growth = watched.growth / 2**20
    return [
        at_least("export as JSON lines through HTTP", messages / ours, messages / floor, 0.75),
        Row("export, growth of the web server's memory", f"{growth:.1f} MB", "", None, None, "≤ 16 MB", growth <= 16),
    ]


def _read_lines(connection):
    with connection.cursor() as cursor, cursor.copy(LINES) as copy:
        for _ in copy:
            pass


class Watched:
    """The memory of a server's processes while a `with` block runs; `growth` in bytes, of the one that grew most."""

    def __init__(self, pid):
        self.processes = psutil.Process(pid).children(recursive=True)
        self.done = threading.Event()

    def __enter__(self):
        self.before = [process.memory_info().rss for process in self.processes]
        self.peak = list(self.before)
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.thread.join()
        self.growth = max(peak - before for peak, before in zip(self.peak, self.before, strict=True))

    def _watch(self):
        while not self.done.wait(0.05):
            for number, process in enumerate(self.processes):
                self.peak[number] = max(self.peak[number], process.memory_info().rss)


def storage(connection):
    """The tables of conversations with all their indexes, without rendered HTML, by the bytes that were said."""
    tables = ["conversations_conversation", "conversations_branch", "conversations_message"]
    used, said = connection.execute(
        "SELECT (SELECT sum(pg_total_relation_size(name::regclass)) FROM unnest(%s::text[]) AS name),"
        " (SELECT sum(octet_length(text)) FROM conversations_message)",
        [tables],
    ).fetchone()
    ratio = float(used / said)
    sizes = f"{used / 2**20:,.0f} MB", f"{said / 2**20:,.0f} MB"
    return [Row("storage, all indexes / text", *sizes, ratio, None, "≤ 2×", ratio <= 2)]
