"""One batch from its file to its report."""

import gc
from collections import Counter
from concurrent import futures
from contextlib import contextmanager

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from conversations.importing.archives import opened
from conversations.importing.bytes import Bytes
from conversations.importing.formats import FORMATS, detect, foreign
from conversations.importing.incoming import Unreadable
from conversations.importing.reading import Broken, Fault, records
from conversations.importing.running import Lost, ending, where
from conversations.importing.writing import Prepared, Writer, Written
from conversations.models import ImportBatch, ImportLine
from conversations.models.import_batch import LEASE
from conversations.models.source import packed
from lib.text import clean

# A chunk is written in one transaction: large enough for COPY to be worth it, small enough to stop within seconds
# and to lie in memory twice (one is written while the next is read).
CHUNK_MESSAGES = 2_000
CHUNK_CHARACTERS = 8_000_000
SAMPLE_FROM = 1_000  # new messages
LINES = 10_000  # of a report; a file of a million broken records needs no line for each

MISTAKE = "Parley made a mistake while it read this file. What was imported before that is kept."

Status = ImportBatch.Status


class Chunk:
    """Records in a row, no conversation twice, with the place in the file behind them."""

    def __init__(self):
        self.prepared, self.ids, self.messages, self.characters = [], set(), 0, 0
        self.records = self.bytes_read = 0
        self.fault = None

    @property
    def is_full(self):
        return self.messages >= CHUNK_MESSAGES or self.characters >= CHUNK_CHARACTERS or len(self.prepared) >= 1_000

    def add(self, prepared, characters):
        self.prepared.append(prepared)
        self.characters += characters
        if prepared.incoming:
            self.ids.add(prepared.incoming.external_id)
            self.messages += len(prepared.incoming.messages)


class Import:
    """Reads and writes a claimed batch; can be stopped between chunks and goes on where it was.

    `should_stop()` is asked between chunks, `on_progress(batch)` is told after each. `keep_bytes=False` stores no
    files: for a run that will be rolled back.
    """

    def __init__(self, batch, *, wanted="auto", should_stop=lambda: False, on_progress=lambda batch: None,
                 keep_bytes=True):  # fmt: skip
        self.batch, self.wanted, self.keep_bytes = batch, batch.format or wanted, keep_bytes
        self.should_stop, self.on_progress = should_stop, on_progress
        self.now = timezone.now()
        self.counts = Counter(_flat(batch.counts))
        self.checkpoint = batch.records_read  # read once: the reader's thread must not see it move

    def run(self):
        with ending(self.batch, MISTAKE):
            try:
                with opened(self.batch.file_path) as upload:
                    self._read(upload)
            except Fault as fault:
                self._close(str(fault))
            except OSError as error:  # a full disk, as a rule
                self._close(f"A file could not be stored: {(error.strerror or 'input/output error').lower()}.")

    def _read(self, upload):
        self.batch.bytes_total = upload.size
        self.bytes = Bytes(upload, self.batch.workspace_id, keep=self.keep_bytes)
        with _uncollected():
            self._walk(self._chunks(upload))

    def _walk(self, chunks):
        # Read in a thread while the database writes: both take about as long, and neither needs the other's core.
        with futures.ThreadPoolExecutor(1) as reader:
            following = reader.submit(next, chunks, None)
            while chunk := self._wait(following):
                following = reader.submit(next, chunks, None)
                status = self._write(chunk)
                self.on_progress(self.batch)
                if chunk.fault:
                    return self._close(chunk.fault)
                elif status == Status.CANCELLING:
                    return self.batch.finish(Status.CANCELLED)
                elif self.should_stop():
                    return self.batch.release()
        return self._close()

    def _wait(self, future):
        """The next chunk. Skipping to a checkpoint far into a file takes longer than a lease."""
        while True:
            try:
                return future.result(timeout=LEASE.total_seconds() / 3)
            except futures.TimeoutError:
                if not self.batch.renew():
                    raise Lost from None

    # --- in the reader's thread: no database ---

    def _chunks(self, upload):
        """Chunks from the checkpoint on. A fault travels in the last chunk, behind what was complete before it."""
        chunk, count = Chunk(), 0
        try:
            for stream in upload.streams():
                for record in records(stream):
                    count += 1
                    if count <= self.checkpoint:
                        continue
                    prepared = self._prepare(count, record)
                    again = prepared.incoming is not None and prepared.incoming.external_id in chunk.ids
                    if again or chunk.is_full:
                        yield chunk
                        chunk = Chunk()
                    chunk.add(prepared, 0 if isinstance(record, Broken) else len(record.text))
                    chunk.records, chunk.bytes_read = count, upload.progress()
        except Fault as fault:
            chunk.fault = str(fault)
            chunk.records, chunk.bytes_read = count, upload.progress()
        if chunk.prepared or chunk.fault:
            yield chunk

    def _prepare(self, number, record):
        if isinstance(record, Broken):
            return Prepared(number, line=self._skipped(number, {"title": record.title}, record.reason))
        try:
            return self._understand(number, record)
        except Unreadable as reason:
            return Prepared(number, line=self._skipped(number, record.value, str(reason)))
        except Exception as error:  # whatever strangers write into one record, the others are imported
            reason = f"It has a shape that Parley cannot read ({where(error)})."
            return Prepared(number, line=self._skipped(number, record.value, reason))

    def _understand(self, number, record):
        module = detect(record.value, self.wanted)
        if module is None:
            name = foreign(record.value)
            raise Unreadable(
                f"This looks like a conversation of {name}, which Parley cannot import yet."
                if name
                else "This is no conversation in a format Parley knows."
            )
        incoming = module.read(record.value, self.now)
        self.wanted = module.NAME  # one file, one program
        return Prepared(
            number,
            incoming,
            incoming.fingerprint(self.bytes.members),
            packed(record.text),
        )

    def _skipped(self, number, value, reason):
        value = value if isinstance(value, dict) else {}
        identity, title = value.get("conversation_id") or value.get("id"), value.get("title")
        return ImportLine(
            batch=self.batch,
            record=number,
            outcome=ImportLine.Outcome.SKIPPED,
            external_id=_word(identity, 200),
            title=_word(title, 256),
            reason=reason,
        )

    # --- with the database ---

    def _write(self, chunk):
        """Rows, report and checkpoint in one transaction: after a kill the counts are exact. Returns the status."""
        counts = Counter(self.counts)
        with transaction.atomic():
            with connection.cursor() as cursor:
                # No waiting for the disk: if the machine dies, rows and checkpoint are lost together and read again.
                # The commit that closes the batch waits, and for all before it.
                cursor.execute(
                    "SET LOCAL statement_timeout = '10min'; SET LOCAL synchronous_commit = off;"
                    " SET LOCAL gin_pending_list_limit = '64MB'"
                )
            written = self._write_conversations(chunk)
            _index(written)
            written.lines += [prepared.line for prepared in chunk.prepared if prepared.line]
            skipped = sum(line.outcome == ImportLine.Outcome.SKIPPED for line in written.lines)
            written.count("conversations", "skipped", skipped)
            counts.update(written.counts)
            counts["records", "read"] = chunk.records
            self._say(counts, written)
            until = timezone.now() + LEASE
            held = ImportBatch.objects.filter(pk=self.batch.pk, lease_until=self.batch.lease_until).update(
                lease_until=until,
                records_read=chunk.records,
                bytes_read=chunk.bytes_read,
                bytes_total=self.batch.bytes_total,
                counts=_nested(counts),
                format=self._format(),
            )
            if not held:
                raise Lost
        self.counts, self.batch.lease_until = counts, until
        self.batch.refresh_from_db()
        return self.batch.status

    def _write_conversations(self, chunk):
        ready = [prepared for prepared in chunk.prepared if prepared.incoming]
        if not ready:
            return Written()
        writer = Writer(self.batch, FORMATS[self.wanted], self.bytes)
        try:
            with transaction.atomic():
                return writer.write(ready)
        except Exception as error:
            if not _is_about_data(error):
                raise
        # Something in the chunk cannot be stored: one by one, so that only that one is missing.
        whole = Written()
        for prepared in ready:
            try:
                with transaction.atomic():
                    written = writer.write([prepared])
                whole.counts.update(written.counts)
                whole.lines += written.lines
            except Exception as error:
                if not _is_about_data(error):
                    raise
                whole.say(self.batch, prepared, f"It cannot be stored ({where(error)}).", ImportLine.Outcome.SKIPPED)
        return whole

    def _say(self, counts, written):
        room = LINES - counts["lines", "kept"]
        ImportLine.objects.bulk_create(written.lines[:room])
        counts["lines", "kept"] += len(written.lines[:room])
        counts["lines", "left_out"] += len(written.lines[room:])

    def _format(self):
        return self.wanted if self.wanted in FORMATS else ""

    def _close(self, error=""):
        self.batch.format = self._format()
        read = sum(number for (noun, outcome), number in self.counts.items() if noun == "conversations")
        good = read - self.counts["conversations", "skipped"]
        if not good:
            self.batch.finish(Status.FAILED, error or self._nothing(read))
        else:
            self.batch.finish(Status.DONE, error and f"{error} Everything complete before that was imported.")
        if self.keep_bytes:
            _sample(self.counts["messages", "new"])

    def _nothing(self, read):
        if not read:
            return "The file holds no conversations."
        line = self.batch.lines.order_by("pk").first()
        return f"Nothing could be imported. {line.reason}" if line else "Nothing could be imported."


def _index(written):
    """A chunk's words wait in the index's list and go into the index together: half the work of a few at a time."""
    if written.counts["messages", "new"]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT gin_clean_pending_list('message_search')")


def _sample(new):
    """PostgreSQL looks at a table anew when a tenth of it is; plans made in the minute before that should not believe
    it to be nearly empty. After the batch is closed, because looking takes seconds.
    """
    if new < SAMPLE_FROM:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT sum(reltuples) FROM pg_class WHERE oid = 'conversations_message'::regclass")
        if cursor.fetchone()[0] < 2 * new:
            cursor.execute("SET LOCAL statement_timeout = '10min'")
            cursor.execute("ANALYZE conversations_message, conversations_conversation")


@contextmanager
def _uncollected():
    """Millions of small objects, none in a circle: the collector would only count them, a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _is_about_data(error):
    """Whether one conversation is to blame, and not the disk, or the database: of PostgreSQL's classes of errors these
    are data, integrity and the limits of one row.
    """
    if isinstance(error, DatabaseError):
        state = getattr(error.__cause__, "sqlstate", None) or ""
        return state.startswith(("22", "23", "54"))
    return not isinstance(error, OSError | MemoryError)


def _word(value, limit):
    return clean(value)[:limit] if isinstance(value, str) else ""


def _flat(counts):
    return {(noun, outcome): number for noun, outcomes in counts.items() for outcome, number in outcomes.items()}


def _nested(counts):
    nested = {}
    for (noun, outcome), number in sorted(counts.items()):
        if number:
            nested.setdefault(noun, {})[outcome] = number
    return nested
