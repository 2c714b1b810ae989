"""The batch as a job: claimed once, resumed after a kill, cancelled."""

import json
import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from conversations import tasks
from conversations.importing import Import, job
from conversations.models import Conversation, ImportBatch, ImportLine, Message
from tests.conversations.importing.exports import chats, simple, write
from tests.generate import export
from tests.waiting import PATIENCE, wait_until


@pytest.fixture
def waiting(alice, tmp_path):
    """waiting(chat, …) is a batch of Alice's that nobody has begun."""

    def make(*chats, owner=alice):
        path = write(tmp_path, *chats, name=f"{ImportBatch.objects.count()}.json")
        batch = ImportBatch.objects.start(owner, path)
        ImportBatch.objects.filter(pk=batch.pk).update(status="waiting", lease_until=None)
        batch.refresh_from_db()
        return batch

    return make


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(job, "CHUNK_MESSAGES", 1)


def test_the_worker_runs_the_oldest_batch_first(waiting):
    first, second = waiting(simple("one")), waiting(simple("two"))

    assert tasks.run_next()
    assert [batch.status for batch in ImportBatch.objects.order_by("created_at")] == ["done", "waiting"]
    assert tasks.run_next()
    assert not tasks.run_next()
    assert {first.pk, second.pk} == set(Conversation.objects.values_list("import_batch", flat=True))


def test_a_claimed_batch_is_nobody_elses_until_its_lease_runs_out(waiting):
    batch = waiting(simple())
    claimed = ImportBatch.objects.claim()

    assert claimed.pk == batch.pk
    assert ImportBatch.objects.claim() is None
    ImportBatch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert ImportBatch.objects.claim().pk == batch.pk


def test_batches_of_one_person_run_one_after_the_other(waiting, charlie):
    waiting(simple("one")), waiting(simple("two"))
    other = waiting(simple("three"), owner=charlie)
    ImportBatch.objects.claim()

    assert ImportBatch.objects.claim().pk == other.pk
    assert ImportBatch.objects.claim() is None


def test_a_worker_that_lost_its_batch_writes_nothing(waiting, small_chunks):
    waiting(*chats(3))
    batch = ImportBatch.objects.claim()

    def stolen(batch):
        ImportBatch.objects.filter(pk=batch.pk).update(lease_until=timezone.now() + timedelta(hours=1))

    Import(batch, on_progress=stolen).run()

    assert Conversation.objects.count() == 1
    assert ImportBatch.objects.get().status == "running"


def test_a_worker_that_lost_its_batch_leaves_the_upload_to_its_successor(sign_in, alice):
    upload = SimpleUploadedFile("conversations.json", json.dumps(chats(2)).encode())
    sign_in(alice).post(reverse("conversations:imports"), {"file": upload})
    stale = ImportBatch.objects.claim()
    ImportBatch.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    successor = ImportBatch.objects.claim()

    assert not stale.finish("failed", "It took too long.")
    Import(successor).run()
    successor.refresh_from_db()
    assert (successor.status, successor.error) == ("done", "")
    assert Conversation.objects.count() == 2


def test_a_worker_that_is_told_to_stop_hands_its_batch_back_and_the_next_goes_on(waiting, small_chunks):
    waiting(*chats(5))
    asked = []
    Import(ImportBatch.objects.claim(), should_stop=lambda: asked.append(1) or len(asked) == 2).run()

    halfway = ImportBatch.objects.get()
    assert (halfway.status, halfway.records_read, Conversation.objects.count()) == ("running", 2, 2)
    assert tasks.run_next()
    assert ImportBatch.objects.get().counts["conversations"] == {"new": 5}


def test_cancelling_stops_after_the_chunk_and_keeps_what_is_there(waiting, small_chunks):
    waiting(*chats(5))
    Import(ImportBatch.objects.claim(), on_progress=lambda batch: batch.cancel()).run()

    batch = ImportBatch.objects.get()
    assert (batch.status, batch.counts["conversations"]) == ("cancelled", {"new": 2})
    assert Conversation.objects.count() == 2
    assert batch.can_be_undone


def test_a_batch_cancelled_before_it_began_is_gone_at_once(waiting):
    batch = waiting(simple())
    batch.cancel()

    assert batch.status == "cancelled"
    assert not tasks.run_next()


def test_a_batch_whose_worker_died_while_it_was_cancelled_ends(waiting):
    waiting(simple())
    ImportBatch.objects.update(status="cancelling", lease_until=timezone.now() - timedelta(seconds=1))
    tasks.run_next()

    assert ImportBatch.objects.get().status == "cancelled"


def test_a_mistake_of_ours_ends_the_batch_with_a_sentence(waiting, monkeypatch):
    waiting(simple())
    monkeypatch.setattr(job, "opened", lambda path: 1 / 0)
    tasks.run_next()

    batch = ImportBatch.objects.get()
    assert batch.status == "failed"
    assert "Parley made a mistake" in batch.error


def test_one_conversation_that_cannot_be_stored_does_not_take_its_chunk_along(waiting, monkeypatch):
    """The column refuses it, as it would a value nobody thought of."""
    bad = simple("bad")
    bad["default_model_slug"] = "x"
    understand = Import._understand

    def oversized(self, number, record):
        prepared = understand(self, number, record)
        if prepared.incoming.external_id == "bad":
            prepared.incoming.model = "x" * 500
        return prepared

    monkeypatch.setattr(Import, "_understand", oversized)
    waiting(simple("one"), bad, simple("two"))
    tasks.run_next()

    batch = ImportBatch.objects.get()
    assert batch.counts["conversations"] == {"new": 2, "skipped": 1}
    assert batch.lines.get().external_id == "bad"


def test_a_report_does_not_grow_without_end(waiting, monkeypatch):
    monkeypatch.setattr(job, "LINES", 3)
    waiting(*({"id": str(n), "create_time": 1, "title": "x"} for n in range(10)), simple())
    tasks.run_next()

    batch = ImportBatch.objects.get()
    assert batch.lines.count() == 3
    assert batch.counts["lines"] == {"kept": 3, "left_out": 7}
    assert batch.counts["conversations"] == {"new": 1, "skipped": 10}


def test_nothing_is_left_for_a_search_to_read_through(waiting):
    waiting(*chats(3))
    tasks.run_next()

    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('message_search')")
        assert cursor.fetchone() == (0,)  # pages that waited to be indexed


# --- real processes ---


@pytest.fixture
def patient(transactional_db, tmp_path):
    """Alice, seen by other processes."""
    return User.objects.create_user("alice@example.org", "x")


def address_of(connection):
    """The DATABASE_URL of the test's own database, for other processes."""
    connection.ensure_connection()
    found = connection.connection.info
    address = urlencode({"host": found.host, "port": found.port})
    return f"postgres://{quote(found.user)}:{quote(found.password)}@/{found.dbname}?{address}"


@pytest.fixture
def worker(tmp_path, patient):
    """worker() starts a real `manage.py work` on the test's database."""
    started = []

    def start():
        url = address_of(connection)
        process = subprocess.Popen(
            [sys.executable, "manage.py", "work"],
            cwd=configured.BASE_DIR,
            env=os.environ
            | {
                "DATABASE_URL": url,
                "TEST_DATABASE_URL": url,
                "DATA_DIR": str(tmp_path / "data"),
                "SECRET_KEY": "x" * 60,
            }
            | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_a_worker_killed_in_the_middle_is_replaced_and_every_count_is_exact(worker, patient, tmp_path):
    path = tmp_path / "large.json"
    path.write_text("".join(export(12, seed=3, large_every=10_000)))
    value = json.loads(path.read_text())
    batch = ImportBatch.objects.start(patient, path)
    ImportBatch.objects.update(status="waiting", lease_until=None)

    first = worker()
    wait_until(lambda: ImportBatch.objects.get().records_read)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    batch.refresh_from_db()
    assert batch.status == "running"
    assert 0 < batch.records_read < len(value)
    assert Conversation.objects.count() == batch.records_read == batch.counts["conversations"]["new"]

    ImportBatch.objects.update(lease_until=timezone.now())  # half a minute passes
    second = worker()
    wait_until(lambda: ImportBatch.objects.get().status == "done")
    batch.refresh_from_db()
    messages = sum(len(each["mapping"]) - 1 for each in value)
    assert batch.counts["conversations"] == {"new": len(value)}
    assert batch.counts["messages"]["new"] == messages == Message.objects.count()
    assert Conversation.objects.count() == len(value)

    second.send_signal(signal.SIGTERM)
    assert second.wait(PATIENCE) == 0


def test_the_same_file_imported_twice_at_once_is_there_once(patient, tmp_path):
    path = write(tmp_path, *chats(40))
    batches = [ImportBatch.objects.start(patient, path) for _ in range(2)]

    def run(batch):
        Import(batch).run()
        connection.close()

    threads = [threading.Thread(target=run, args=[batch]) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    counts = [ImportBatch.objects.get(pk=batch.pk).counts["conversations"] for batch in batches]
    assert sorted(counts, key=str) == [{"identical": 40}, {"new": 40}]
    assert Conversation.objects.count() == 40
    assert not ImportLine.objects.exists()
